"""Wishes to found a group, where administrators want to be asked, and what they decide."""

from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.accounts.rules import require_administrator
from folkmoot.groups import names
from folkmoot.groups.models import FoundingRequest, Group
from folkmoot.groups.operations.founding import CHANGEABLE, NOT_FOR_ALL, check_slug, clean_name, found
from folkmoot.groups.operations.history import note
from folkmoot.groups.policy import can_ask_to_found
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

MOST_OPEN = 3  # of one person
LONGEST_WORDS = 1000
LONGEST_REASON = 500


def ask_to_found(
    *, person: Person, name: str, slug: str = "", words: str = "", via: str, **settings: Any
) -> FoundingRequest:
    """Ask an administrator for a group. Asking again for the same address changes what was asked."""
    name = clean_name(name)
    slug = slug or names.suggest(name)
    check_slug(slug)
    wanted = {key: value for key, value in settings.items() if key in CHANGEABLE | {"type"}}
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(
            pk=person.pk
        )  # two at once must not both be the last
        require(can_ask_to_found(person), NOT_FOR_ALL)
        mine = person.founding_requests.filter(decided_at=None).exclude(slug=slug)
        if mine.count() >= MOST_OPEN:
            raise Refused(_("You wait for an answer about some groups already. Please wait for that first."))
        what = {"name": name, "settings": wanted, "words": words.replace("\x00", "").strip()[:LONGEST_WORDS]}
        wish, _made = FoundingRequest.objects.update_or_create(
            person=person, slug=slug, decided_at=None, defaults={**what, "asked_at": now()}
        )
        record("founding.asked", wish, by=person, via=via)
    return wish


def decide_founding(
    wish: FoundingRequest, *, is_accepted: bool, reason: str = "", by: Actor, via: str
) -> FoundingRequest:
    """Found the group for whoever asked, or say why not."""
    reason = one_line(reason)[:LONGEST_REASON]
    if not is_accepted and not reason:
        raise Refused(_("Say why. The person reads it."))
    with transaction.atomic():
        require_administrator(by)
        rows = FoundingRequest.objects.select_for_update(no_key=True, of=("self",))
        wish = rows.select_related("person").get(pk=wish.pk)
        if wish.decided_at:
            raise Refused(_("Somebody has decided about this already."))
        wish.group = _found(wish, by, via) if is_accepted else None
        wish.decided_at, wish.reason = now(), reason
        wish.decided_by = by if isinstance(by, Person) else None
        wish.save(update_fields=["group", "decided_at", "decided_by", "reason"])
        kind = "founding.accepted" if is_accepted else "founding.refused"
        note(None, kind, by=by, via=via, about=wish.person, founding=wish.pk)
        record("founding.decided", wish, by=by, via=via)
    return wish


def _found(wish: FoundingRequest, by: Actor, via: str) -> Group:
    return found(founder=wish.person, name=wish.name, slug=wish.slug, by=by, via=via, **wish.settings)
