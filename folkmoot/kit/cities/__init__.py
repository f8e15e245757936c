"""Towns of the world with more than 15,000 people, found by name. Asks no service.

The list is made from GeoNames (https://www.geonames.org), CC BY 4.0; NOTICE says so too.
"""

import lzma
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice

LONGEST = 80  # characters of a search


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


def find(words: str, *, country: str = "", most: int = 10) -> list[City]:
    """Return towns whose name, in any language, begins with the words: whole names first, then the largest."""
    wanted = folded(words[:LONGEST]).replace("|", "")
    if not wanted:
        return []
    beginning = [number for number, names in enumerate(_names()) if f"|{wanted}" in names]
    whole = [number for number in beginning if f"|{wanted}|" in _names()[number]]
    found = (_city(number) for number in dict.fromkeys([*whole, *beginning]))
    return list(islice((city for city in found if not country or city.country == country.upper()), most))


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
def _names() -> list[str]:
    """All names of each town between bars, made plain in one go: one by one takes seconds."""
    return _plain("\n".join(f"|{line[0]}|{line[6]}|" for line in _lines())).split("\n")


@cache
def _city(number: int) -> City:
    name, country, latitude, longitude, zone, population, others = _lines()[number]
    known = tuple(others.split("|")) if others else ()
    return City(name, country, float(latitude), float(longitude), zone, int(population), known)
