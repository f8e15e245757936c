"""Workshops as the Carpentries list them: a day, a host, where it was, and how many came."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from folkmoot.kit import cities
from folkmoot.kit.cities import City
from folkmoot.meetings.plans.plan import Ground, Place, Plan, Remarks, degrees
from folkmoot.meetings.plans.talks import is_address

FIELDS = frozenset({"slug", "tag_name", "start_date", "attendance", "host_name"})
KINDS = {
    "SWC": "Software Carpentry",
    "DC": "Data Carpentry",
    "LC": "Library Carpentry",
    "TTT": "Instructor training",
}
ONLINE, NEMO = "W3", (-48.876667, -123.393333)  # their country of what is online, and where that lies: in an ocean
FAR = 300  # km from any town: its clocks say nothing of the place


def of_row(row: Mapping[str, Any], ground: Ground, remarks: Remarks) -> Plan:
    said = {key: str(row.get(key) or "").strip() for key in row if key}
    starts, minutes = ground.of_day(date.fromisoformat(said["start_date"]), remarks)
    place, zone = _where(said, ground, remarks)
    return Plan(
        uid=said["slug"][:255],
        title=_title(said, remarks),
        starts=starts,
        zone=zone,
        minutes=minutes,
        about=_page(said, remarks),
        place=place,
        counted=_counted(said, remarks),
    )


def _title(said: dict[str, str], remarks: Remarks) -> str:
    tags = [tag.strip() for tag in said["tag_name"].split(",")]
    for tag in tags:
        if tag not in KINDS and tag != "online":
            remarks.many[f"marked “{tag[:30]}”, for which a meeting has no field"] += 1
    kinds = " and ".join(KINDS[tag] for tag in tags if tag in KINDS)
    return f"{kinds or 'Workshop'} · {said['host_name'] or said['slug']}"


def _where(said: dict[str, str], ground: Ground, remarks: Remarks) -> tuple[Place | None, str]:
    """At its host's, by the clocks of the town that is nearest."""
    country, point = said.get("country", "").upper(), degrees(said.get("latitude", ""), said.get("longitude", ""))
    if country == ONLINE or point == NEMO:
        remarks.many["online, without an address to join by: without a place, by the group's clocks"] += 1
        return None, ground.zone
    town = _town(point, country, remarks) if point else None
    if point is None or town is None:
        remarks.many["without coordinates that can be: by the group's clocks"] += 1
        return Place(said["host_name"][:120], country=country[:2]), ground.zone
    is_near = cities.kilometres(point, town.place) <= FAR
    if not is_near:
        remarks.many[f"further than {FAR} km from any town: by the group's clocks"] += 1
    city, zone = (town.name[:80], town.zone) if is_near else ("", ground.zone)
    return Place(said["host_name"][:120], "", city, (country or town.country)[:2], *point), zone


def _town(point: tuple[float, float], country: str, remarks: Remarks) -> City | None:
    """The nearest one of its country; none where the coordinates are in another country."""
    town = cities.nearest(*point)
    if country in {"", town.country} or cities.kilometres(point, town.place) > FAR:
        return town
    theirs = cities.nearest(*point, country=country)
    if theirs.country == country and cities.kilometres(point, theirs.place) <= FAR:
        return theirs
    remarks.many[f"with coordinates in {town.country} and the country {country[:2]}"] += 1
    return None


def _counted(said: dict[str, str], remarks: Remarks) -> int | None:
    """How many came. A nought of those who did not answer the question is no count."""
    came, is_silent = said["attendance"], "unresponsive" in said["tag_name"]
    if not came or (is_silent and came == "0"):
        remarks.many["without a count of who came"] += 1
        return None
    return int(came)


def _page(said: dict[str, str], remarks: Remarks) -> str:
    """Its page, as text that links to it."""
    address = said.get("url", "")
    if not address:
        return ""
    if "://" not in address:
        address = f"https://{address}"
    if not is_address(address):
        remarks.many["with something that is no address of a page"] += 1
        return ""
    return f"<{address}>"
