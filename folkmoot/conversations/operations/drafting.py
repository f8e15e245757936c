"""What is begun and not yet said. It is nobody's business but its writer's: nothing of it stands in the outbox."""

import re
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Draft
from folkmoot.kit.errors import Refused, require

LONGEST_TITLE, LONGEST_BODY = 200, 200_000
MOST = 200  # drafts of one person
THROWN_FOR = timedelta(days=1)  # before they are gone for good
_BOX = re.compile(r"(?:topic|post)-\d{1,18}|new-[a-z0-9-]{1,32}")


def keep_draft(person: Person, key: str, *, title: str = "", body: str = "") -> None:
    """Keep what stands in a box; an empty box has no draft."""
    with transaction.atomic():
        require(person.is_active, _("You can't write here."))
        mine = Draft.objects.filter(person=person, key=key)
        if not (title.strip() or body.strip()):
            mine.delete()
            return
        _check(person, key, title, body)
        kept = {"title": title, "body": body, "saved_at": now(), "thrown_at": None}
        Draft.objects.update_or_create(person=person, key=key, defaults=kept)


def _check(person: Person, key: str, title: str, body: str) -> None:
    if not _BOX.fullmatch(key):
        raise Refused(_("There is no such box to write in."))
    if len(title) > LONGEST_TITLE or len(body) > LONGEST_BODY:
        raise Refused(_("This is too long to be kept."))
    if person.drafts.exclude(key=key).count() >= MOST:
        raise Refused(_("You have too many drafts. Throw some away first."))


def throw_draft_away(person: Person, key: str) -> bool:
    """Throw a draft away; for a day it can be taken back. Tells whether there was one."""
    with transaction.atomic():
        return bool(person.drafts.in_use().filter(key=key).update(thrown_at=now()))


def take_draft_back(person: Person, key: str) -> bool:
    """Have a draft again that was thrown away. Tells whether it was still there."""
    with transaction.atomic():
        return bool(person.drafts.filter(key=key).exclude(thrown_at=None).update(thrown_at=None))


def sweep_drafts() -> int:
    """Delete drafts that were thrown away long enough ago. Returns how many."""
    return Draft.objects.filter(thrown_at__lt=now() - THROWN_FOR).delete()[0]
