"""Meetings near a place: from where somebody looks and how far, as an address says it, and what is found there.

A position is read to a tenth of a degree, about 10 km, and kept nowhere.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person, ProfileEntry
from folkmoot.kit import cities
from folkmoot.kit.cities import City
from folkmoot.kit.text import key_of
from folkmoot.meetings.models import Meeting, MeetingQuerySet, Venue
from folkmoot.meetings.showing import lines
from folkmoot.meetings.words import zone_in_words

RADII = (10, 25, 50, 100, 250, 500)  # km
USUAL = 50
MOST_LOOKED_AT = 500  # meetings of the box around a place, the next ones
MOST_SHOWN, MOST_ONLINE = 100, 20
MOST_TOWNS = 8
_PLACE = re.compile(r"(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?)")


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for."""

    words: str = ""  # the town as it was typed
    at: str = ""  # which one of its name, or a position
    place: tuple[float, float] | None = None  # None: nothing was looked for, or no such town is known
    name: str = ""  # of the town
    within: int = USUAL
    is_by_time: bool = False
    others: tuple[dict[str, str], ...] = ()  # of that name, too: name, at, hint

    @property
    def is_asked(self) -> bool:
        return bool(self.words or self.at)

    @property
    def is_position(self) -> bool:
        return bool(self.at and not self.words)


@dataclass(frozen=True, slots=True)
class Found:
    """What there is: lines with the distance, and those that one can join from anywhere."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    online: list[dict[str, Any]] = field(default_factory=list)
    is_all: bool = True


def search_of(said: Mapping[str, Any]) -> Search:
    """Read what an address says; what makes no sense in it is as if it were not there."""
    words, point = str(said.get("town") or "").strip()[: cities.LONGEST], place_of(str(said.get("at") or ""))
    within = key_of(str(said.get("within") or ""))
    usual = Search(within=within if within in RADII else USUAL, is_by_time=said.get("order") == "time")
    if words:
        return _by_name(replace(usual, words=words), point)
    if point:
        north, east = round(point[0], 1), round(point[1], 1)
        name = cities.nearest(north, east).name
        return replace(usual, at=f"{north:.1f},{east:.1f}", place=(north, east), name=name)
    return usual


def _by_name(search: Search, point: tuple[float, float] | None) -> Search:
    """From a town by its name; of several that one which is nearest to a point, where there is one."""
    towns = cities.towns_called(search.words)[:MOST_TOWNS] or cities.find(search.words, most=MOST_TOWNS)
    if not towns:
        return search
    if point:
        towns.sort(key=lambda one: cities.kilometres(point, one.place))
    town, *others = towns
    name, more = _as_typed(search.words, town), tuple(map(choice_of, others))
    return replace(search, at=town.at, place=town.place, name=name, others=more)


def _as_typed(words: str, town: City) -> str:
    """Its name in the language in which somebody typed it."""
    return next((one for one in town.others if one.casefold() == words.casefold()), town.name)


def choice_of(town: City) -> dict[str, str]:
    """A town among others of its name, with what tells it from them: “Berlin time, 3,426,354 people”."""
    people = number_format(town.population, use_l10n=True, force_grouping=True)
    hint = _("%(zone)s, %(people)s people") % {"zone": zone_in_words(town.zone), "people": people}
    return {"name": town.name, "label": f"{town.name}, {town.country}", "at": town.at, "hint": hint}


def place_of(at: str) -> tuple[float, float] | None:
    """Read “48.1,11.6”; nothing where that is no place on the earth."""
    found = _PLACE.fullmatch(at)
    if found is None:
        return None
    north, east = float(found[1]), float(found[2])
    return (north, east) if abs(north) <= 90 and abs(east) <= 180 else None


def near(shown: MeetingQuerySet, search: Search, person: Person | None) -> Found:
    """Find meetings to come within reach of a place; of a series only the next one, and those online apart."""
    if search.place is None:
        return Found()
    ahead = shown.filter(cancelled_at=None).in_order().select_related("group", "venue")
    looked_at = list(ahead.filter(_in_box(search.place, search.within))[:MOST_LOOKED_AT])
    distances = [(cities.kilometres(search.place, _where(one)), one) for one in _once(looked_at)]
    there = [(km, one) for km, one in distances if km <= search.within]
    if not search.is_by_time:
        there.sort(key=lambda found: (found[0], found[1].starts_at, found[1].pk))
    there = there[:MOST_SHOWN]
    known = {one.pk for _km, one in there}
    online = [one for one in _once(ahead.exclude(link="", dial_in="")[:MOST_SHOWN]) if one.pk not in known]
    rows = lines([*(one for _km, one in there), *online[:MOST_ONLINE]], person)
    for (km, _one), line in zip(there, rows, strict=False):
        line["far"] = km_in_words(km, is_rough=search.is_position)
    return Found(rows[: len(there)], rows[len(there) :], len(looked_at) < MOST_LOOKED_AT)


def _in_box(place: tuple[float, float], km: int) -> Q:
    box = cities.box_around(*place, km)
    if box.west <= box.east:
        between = Q(venue__longitude__range=(box.west, box.east))
    else:  # across the date line
        between = Q(venue__longitude__gte=box.west) | Q(venue__longitude__lte=box.east)
    return Q(venue__latitude__range=(box.south, box.north)) & between


def _where(meeting: Meeting) -> tuple[float, float]:
    point = place_of_venue(meeting.venue)
    assert point, "only such were asked for"
    return point


def place_of_venue(venue: Venue | None) -> tuple[float, float] | None:
    if venue is None or venue.latitude is None or venue.longitude is None:
        return None
    return venue.latitude, venue.longitude


def _once(meetings: Iterable[Meeting]) -> list[Meeting]:
    """Of each series only the first."""
    known: set[int] = set()
    kept = []
    for one in meetings:
        if one.series_id is None or one.series_id not in known:
            kept.append(one)
        if one.series_id:
            known.add(one.series_id)
    return kept


def km_in_words(km: float, *, is_rough: bool = False) -> str:
    """A distance as people say it; from a position that was rounded, no more exactly than that is."""
    least = 10 if is_rough else 1
    if km < least:
        return _("less than %(n)s km") % {"n": least}
    words = _("about %(n)s km") if is_rough else _("%(n)s km")
    return words % {"n": number_format(round(km), use_l10n=True, force_grouping=True)}


def town_of(person: Person | None) -> City | None:
    """The town of somebody's profile, “Where I am”, if it is plain which one that is."""
    if person is None:
        return None
    said = person.profile.filter(field=ProfileEntry.Field.PLACE).values_list("value", flat=True).first() or ""
    return cities.town_meant(said.partition(",")[0]) if said else None


def distance_for(person: Person | None, venue: Venue | None) -> dict[str, str] | None:
    """How far a place is from where the reader is, by their own profile; nothing where that is not known."""
    point = place_of_venue(venue)
    town = town_of(person) if point else None
    if point is None or town is None:
        return None
    return {"far": km_in_words(cities.kilometres(point, town.place)), "town": town.name}
