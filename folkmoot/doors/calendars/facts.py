"""What the calendars hold of a person."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.accounts.personal import Fact
from folkmoot.doors.calendars.models import CalendarKey


def facts_of(person: Person) -> Iterator[Fact]:
    """When which secret was made."""
    keys = CalendarKey.objects.filter(person=person).order_by("pk")
    why = _("what lets your calendar program read for you; until you stop it")
    yield Fact("calendars", _("Calendars"), why, keys.values("name", "made_at"))
