import secrets
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.doors.calendars.models import CalendarKey
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

MOST = 20  # keys of one person


def make_key(person: Person, *, name: str) -> tuple[CalendarKey, str]:
    """Give somebody a secret for one calendar program. Returns it, which nobody can do later."""
    secret, name = secrets.token_urlsafe(24), one_line(name)[:60]
    with transaction.atomic():
        require(person.is_active, _("You can't have an address for your calendar."))
        if not name:
            raise Refused(_("Please say which program or device it is for."))
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if CalendarKey.objects.filter(person=person).count() >= MOST:
            raise Refused(_("You have many addresses already. Stop one that you no longer use."))
        made = CalendarKey.objects.create(person=person, name=name, digest=digest(secret))
        record("calendar_key.made", made, by=person, via="web")
    return made, secret


def remove_key(key: CalendarKey, *, by: Person) -> None:
    """Let whoever has a secret read no more."""
    with transaction.atomic():
        require(key.person_id == by.pk, _("This is somebody else's."))
        record("calendar_key.removed", key, by=by, via="web")
        CalendarKey.objects.filter(pk=key.pk).delete()


def remove_keys(person: Person) -> None:
    """Let nobody read as a person any more."""
    for key in CalendarKey.objects.filter(person=person):
        remove_key(key, by=person)


def whose(secret: str) -> Person | None:
    """Return whom a secret belongs to, while they may come in."""
    known = CalendarKey.objects.filter(person__is_active=True, person__merged_into=None).select_related("person")
    found = known.filter(digest=digest(secret[:100])).first()
    return found.person if found else None


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
