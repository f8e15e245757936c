"""Towns of the world with more than 15,000 people, found by name or by being near. Asks no service.

The list is made from GeoNames (https://www.geonames.org), CC BY 4.0; NOTICE says so too.
"""

import lzma
import unicodedata
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from math import asin, cos, degrees, radians, sin, sqrt

EARTH = 6371.0  # km, its mean radius
LONGEST = 80  # characters of a search
PLAINLY = 10  # times as large as the next one of its name: that town is meant where nobody says where it lies


@dataclass(frozen=True, slots=True)
class City:
    """A town: where it lies (degrees), its zone, how many live there; other names it goes by."""

    name: str
    country: str  # ISO 3166-1 alpha-2
    latitude: float
    longitude: float
    zone: str
    population: int
    others: tuple[str, ...]

    @property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude, as distances are asked for."""
        return self.latitude, self.longitude

    @property
    def at(self) -> str:
        """The same in one word, as addresses of pages have it."""
        return f"{self.latitude},{self.longitude}"


def find(words: str, *, country: str = "", most: int = 10) -> list[City]:
    """Return towns whose name begins with the words, the largest first.

    Those called just so, in any language, stand before those whose own name begins so, and these before the others.
    """
    wanted = folded(words[:LONGEST]).replace("|", "")
    if not wanted:
        return []
    beginning = [number for number, names in enumerate(_names()) if f"|{wanted}" in names]
    whole = [number for number in beginning if f"|{wanted}|" in _names()[number]]
    own = [number for number in beginning if _names()[number].startswith(f"|{wanted}")]
    found = (_city(number) for number in dict.fromkeys([*whole, *own, *beginning]))
    return list(islice((city for city in found if not country or city.country == country.upper()), most))


def towns_called(words: str, *, country: str = "") -> list[City]:
    """Return towns that go by exactly these words, the largest first."""
    wanted = folded(words)
    return [one for one in find(words, country=country, most=50) if wanted in map(folded, (one.name, *one.others))]


def town_called(words: str, *, near: tuple[float, float]) -> City | None:
    """Return the town of this name that is nearest to a place."""
    return min(towns_called(words), key=lambda one: kilometres(near, one.place), default=None)


def town_meant(words: str) -> City | None:
    """Return the town that people mean by a name alone; nothing where there are several and none is much larger."""
    first, second = [*towns_called(words), None, None][:2]
    is_meant = first and (second is None or first.population >= PLAINLY * second.population)
    return first if is_meant else None


def nearest(latitude: float, longitude: float, *, country: str = "") -> City:
    """Return the town that is nearest to a place; of a country where one is named, if we know one in it."""
    here, best = (latitude, longitude), (EARTH * 4, 0)
    for number, north, east in _outwards(latitude):
        if EARTH * radians(abs(north - latitude)) > best[0]:
            break  # the others are further to the north or south alone
        if country in {"", _lines()[number][1]}:
            best = min(best, (kilometres(here, (north, east)), number))
    return _city(best[1])


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two places given as latitude and longitude in degrees, along the ground."""
    (north, east), (north2, east2) = (tuple(map(radians, place)) for place in (one, other))
    half = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(half)))


@dataclass(frozen=True, slots=True)
class Box:
    """What lies between two parallels and two meridians. East is less than west where it lies across the date line."""

    south: float
    north: float
    west: float
    east: float


def box_around(latitude: float, longitude: float, km: float) -> Box:
    """Return the smallest box that holds all that is so near to a place, a hair wider than need be."""
    angle = km / EARTH * 1.001 + 1e-9
    south, north = latitude - degrees(angle), latitude + degrees(angle)
    if south <= -90 or north >= 90:  # a pole lies within: all meridians meet there
        return Box(max(south, -90), min(north, 90), -180, 180)
    turn = degrees(asin(min(1.0, sin(angle) / cos(radians(latitude)))))
    if turn >= 180:
        return Box(south, north, -180, 180)
    return Box(south, north, _around(longitude - turn), _around(longitude + turn))


def _around(longitude: float) -> float:
    return (longitude + 180) % 360 - 180


def folded(text: str) -> str:
    """Return a name without case, accents and double spaces, as names are compared."""
    return " ".join(_plain(text).split())


def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold())
    marks = {ord(char): None for char in set(spread) if unicodedata.combining(char)}
    return spread.translate(marks)


@cache
def _lines() -> list[list[str]]:
    """Read the list, largest first."""
    packed = files(__package__).joinpath("cities.tsv.xz").read_bytes()
    return [line.split("\t") for line in lzma.decompress(packed).decode().splitlines()]


@cache
def _places() -> list[tuple[float, float, int]]:
    """Where each town lies and its number, from south to north."""
    return sorted((float(line[2]), float(line[3]), number) for number, line in enumerate(_lines()))


def _outwards(latitude: float) -> Iterator[tuple[int, float, float]]:
    """Go through all towns, those first that lie least to the north or south of a parallel."""
    places = _places()
    above = bisect(places, (latitude,))
    below = above - 1
    while below >= 0 or above < len(places):
        takes_above = below < 0 or (above < len(places) and places[above][0] - latitude < latitude - places[below][0])
        north, east, number = places[above if takes_above else below]
        above, below = (above + 1, below) if takes_above else (above, below - 1)
        yield number, north, east


@cache
def _names() -> list[str]:
    """All names of each town between bars, made plain in one go: one by one takes seconds."""
    return _plain("\n".join(f"|{line[0]}|{line[6]}|" for line in _lines())).split("\n")


@cache
def _city(number: int) -> City:
    name, country, latitude, longitude, zone, population, others = _lines()[number]
    known = tuple(others.split("|")) if others else ()
    return City(name, country, float(latitude), float(longitude), zone, int(population), known)
