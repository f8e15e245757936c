"""Finding a town while a form about a place is filled in: it comes back with choices, or with the chosen one."""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from folkmoot.kit import cities
from folkmoot.kit.cities import City
from folkmoot.meetings.nearby import MOST_TOWNS, choice_of, place_of


@dataclass(frozen=True, slots=True)
class Looked:
    """What the form holds now, and the towns to choose from; `is_nothing` when there is none of that name."""

    said: dict[str, Any]
    towns: list[dict[str, str]] = field(default_factory=list)
    is_nothing: bool = False


def looked_for(sent: QueryDict, fields: list[str]) -> Looked | None:
    """Read a form in which somebody looks for a town (find) or has chosen one (town); None where neither is so."""
    said: dict[str, Any] = {name: sent.get(name, "") for name in fields}
    if (point := place_of(sent.get("town", ""))) is not None:
        town = cities.nearest(*point)
        place = {"country": town.country, "latitude": town.latitude, "longitude": town.longitude}
        return Looked(said | place | {"city": _name(said["city"], town)})
    if "find" not in sent:
        return None
    found = cities.find(said["city"], country=said["country"].strip(), most=MOST_TOWNS)
    return Looked(said, [choice_of(one) for one in found], is_nothing=not found)


def _name(typed: str, town: City) -> str:
    """Its name as it was typed, where that is one of its names."""
    names = map(cities.folded, (town.name, *town.others))
    return typed.strip()[: cities.LONGEST] if cities.folded(typed) in names else town.name
