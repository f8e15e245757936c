"""What has to be so of meetings that come from elsewhere, as it would be had they been planned here."""

from typing import Any
from urllib.parse import urlsplit

from django.db.models import Model

from folkmoot.groups.arriving import is_line, is_via
from folkmoot.kit import recurrence, zones
from folkmoot.kit.errors import Refused
from folkmoot.meetings import models
from folkmoot.store.packages import Row
from folkmoot.store.unpacking import Arrivals

LONGEST_MARK = 40
MOST_PARTS = 20


def venue(row: Row, arrivals: Arrivals) -> None:
    is_line(row["name"])
    if (row["latitude"] is None) != (row["longitude"] is None):
        raise Refused("it has one coordinate of two")


def series(row: Row, arrivals: Arrivals) -> None:
    _plan(row, arrivals)
    _are_marks(row["brought"])
    try:
        recurrence.parse(row["rule"], zone=row["zone"])
    except ValueError as error:
        raise Refused(f"{row['rule'][:60]!r} is no rule") from error


def meeting(row: Row, arrivals: Arrivals) -> None:
    _plan(row, arrivals)
    _same_group(row, arrivals, models.Series, row["series"])
    if (row["series"] is None) != (row["slot"] is None):
        raise Refused("a meeting of a series has the time that the series meant it for, and no other has")
    if row["elsewhere"]:
        _is_web(row["elsewhere"])
    _are_marks(row["brought"])


def rsvp(row: Row, arrivals: Arrivals) -> None:
    is_via(row["via"])
    if row["waits_since"] and row["answer"] != models.Rsvp.Answer.YES:
        raise Refused("who waits for a seat has said yes")


def attendance(row: Row, arrivals: Arrivals) -> None:
    is_via(row["via"])
    if row["person"] is None:
        is_line(row["name"])


def proposal(row: Row, arrivals: Arrivals) -> None:
    is_line(row["title"])


def item(row: Row, arrivals: Arrivals) -> None:
    is_line(row["title"])
    if row["recording"]:
        _is_web(row["recording"])


def point(row: Row, arrivals: Arrivals) -> None:
    if arrivals.of(models.Meeting, row["meeting"], "group") != row["group"]:
        raise Refused("its meeting is of another group")


def date_poll(row: Row, arrivals: Arrivals) -> None:
    is_line(row["title"])
    _is_zone(row["zone"])
    _same_group(row, arrivals, models.Meeting, row["meeting"])


def _plan(row: Row, arrivals: Arrivals) -> None:
    is_line(row["title"])
    _is_zone(row["zone"])
    _same_group(row, arrivals, models.Venue, row["venue"])
    if row["link"]:
        _is_web(row["link"])


def _are_marks(said: Any) -> None:
    """A few words by a few words, and nothing that would grow a row."""
    if not isinstance(said, dict) or not all(
        isinstance(one, str) and len(one) <= LONGEST_MARK for one in said.values()
    ):
        raise Refused("what was said where it came from is told by marks")
    if len(said) > MOST_PARTS or any(len(part) > LONGEST_MARK for part in said):
        raise Refused("what was said where it came from has too many parts")


def _is_zone(name: str) -> None:
    if name not in zones.names():
        raise Refused(f"{name[:40]!r} is no time zone")


def _is_web(address: str) -> None:
    if urlsplit(address).scheme not in {"http", "https"}:
        raise Refused(f"{address[:60]!r} is no address on the web")


def _same_group(row: Row, arrivals: Arrivals, model: type[Model], place: Any) -> None:
    if place is not None and arrivals.of(model, place, "group") != row["group"]:
        raise Refused(f"its {model._meta.verbose_name} is of another group")
