"""Pages and letters in the language and the time zone of whoever reads them."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone, translation

from folkmoot.accounts.models import Person


@contextmanager
def speaking(person: Person | None) -> Iterator[None]:
    """Use a person's own language and zone where they chose some; else those of the moment."""
    language = person.language if person else ""
    zone = person.time_zone if person else ""
    with (
        translation.override(language) if language else nullcontext(),
        timezone.override(ZoneInfo(zone)) if is_zone(zone) else nullcontext(),
    ):
        yield


def is_zone(name: str) -> bool:
    return name in _all_zones()


@cache
def _all_zones() -> frozenset[str]:
    return frozenset(available_timezones())  # which reads a thousand files


def zones() -> list[str]:
    """Names of time zones that people know: of places, without the old and the technical ones."""
    return sorted(name for name in _all_zones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
