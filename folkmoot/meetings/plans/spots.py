"""Where a meeting of rubyevents.org was, and by which clocks: “London, UK”, and a venue where one is told."""

from folkmoot.kit import cities
from folkmoot.kit.cities import City
from folkmoot.meetings.plans.plan import Place, Remarks, degrees
from folkmoot.meetings.plans.rows import Row, table, word

ONLINE = frozenset({"online", "virtual", "remote"})
APART = 60  # km: what lies further from a town is not in it


def of_entry(entry: Row, event: Row, venue: Row, zone: str, remarks: Remarks) -> tuple[Place | None, str]:
    """The place and the zone of an entry: its own, or those of its folder."""
    own = word(entry, "location")
    if own and own != word(event, "location"):
        place, town = _in_words(own, None, remarks)
        return place, town.zone if town else zone
    if venue:
        return _venue(venue), zone
    return _in_words(word(event, "location"), _point(event), remarks)[0], zone


def _venue(venue: Row) -> Place:
    address = table(venue.get("address") or {})
    street, city, country = (word(address, key) for key in ("street", "city", "country_code"))
    name, directions = word(venue, "name") or street or city, word(venue, "instructions")[:2000]
    if not name:
        raise ValueError("venue.yml names no place")
    north, east = _point(venue) or (None, None)
    return Place(name[:120], street[:300], city[:80], country.upper()[:2], north, east, directions)


def _point(row: Row) -> tuple[float, float] | None:
    found = row.get("coordinates")
    return degrees(word(found, "latitude"), word(found, "longitude")) if isinstance(found, dict) else None


def _in_words(location: str, point: tuple[float, float] | None, remarks: Remarks) -> tuple[Place | None, City | None]:
    """A town as somebody wrote it, “Town, Country”; nothing where it is none, as with “Europe”."""
    if location.casefold() in ONLINE:
        remarks.many["online, without an address to join by: without a place"] += 1
        return None, None
    name, comma, _rest = (part.strip() for part in location.partition(","))
    town = _near(name, point) if point else cities.town_meant(name)
    if town is None and not comma:
        remarks.many[f"in “{location[:60]}”, which is no town we know: without a place"] += 1
        return None, None
    if town is None and point is None:
        remarks.many[f"in “{location[:60]}”, and we don't know where that is: without coordinates"] += 1
        return Place(location[:120]), None
    there = point or town.place if town else point
    assert there, "it has coordinates, or a town has"
    country = (town or cities.nearest(*there)).country
    return Place(location[:120], "", "", country, *there), town  # its name says the town


def _near(name: str, point: tuple[float, float]) -> City | None:
    town = cities.town_called(name, near=point)
    return town if town and cities.kilometres(town.place, point) <= APART else None
