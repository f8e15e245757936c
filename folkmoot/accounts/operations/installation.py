"""What administrators decide for the whole installation, and who they are."""

from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Installation, Person
from folkmoot.accounts.models.installation import LONGEST
from folkmoot.accounts.rules import require_administrator
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

CHANGEABLE = tuple("name hue founding sign_up most_groups most_members imprint privacy terms".split())


def change_installation(*, by: Actor, via: str, **settings: Any) -> Installation:
    """Change what holds for the whole installation; only what is named in CHANGEABLE."""
    unknown = settings.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"not settings of an installation: {sorted(unknown)}")
    cleaned = {key: _cleaned(key, value) for key, value in settings.items()}
    with transaction.atomic():
        require_administrator(by)
        row, _made = Installation.objects.select_for_update(no_key=True).get_or_create(pk=1)
        changed = {key: value for key, value in cleaned.items() if getattr(row, key) != value}
        for key, value in changed.items():
            setattr(row, key, value)
        if changed:
            row.save(update_fields=list(changed))
            record("installation.changed", row, by=by, via=via, settings=sorted(changed))
    return row


def name_administrator(person: Person, *, by: Actor, via: str) -> None:
    """Let somebody run the installation, too."""
    with transaction.atomic():
        require_administrator(by)
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if not person.is_active or person.erased_at:
            raise Refused(_("Nobody can sign in to this account any more."))
        if person.is_administrator:
            raise Refused(_("%(name)s is an administrator already.") % {"name": person.name})
        Person.objects.filter(pk=person.pk).update(administrator_since=now())
        record("administrator.named", person, by=by, via=via)


def dismiss_administrator(person: Person, *, by: Actor, via: str) -> None:
    """Let somebody run the installation no longer. There is always one who does."""
    with transaction.atomic():
        require_administrator(by)
        them = Person.objects.select_for_update(no_key=True).exclude(administrator_since=None)
        known = {one.pk for one in them if one.is_active}  # two who dismiss each other wait for one another here
        if person.pk not in known:
            raise Refused(_("%(name)s is no administrator.") % {"name": person.name})
        if known == {person.pk}:
            raise Refused(_("This is the only administrator. Name somebody else first."))
        Person.objects.filter(pk=person.pk).update(administrator_since=None)
        record("administrator.dismissed", person, by=by, via=via)


def _cleaned(key: str, value: Any) -> Any:
    """Return a setting as the row has it; refuse what it can't hold."""
    if key == "name":
        return one_line(value)[:60].strip()
    if key in LONGEST:
        text = value.replace("\x00", "").replace("\r\n", "\n").strip()
        if len(text) > LONGEST[key]:
            raise Refused(_("At most %(most)d characters, please.") % {"most": LONGEST[key]})
        return text
    return value
