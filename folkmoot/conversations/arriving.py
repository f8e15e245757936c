"""What has to be so of talk that comes from elsewhere, as it would be had it come by a door."""

import re
from datetime import timedelta

from django.utils.timezone import now

from folkmoot.conversations import models
from folkmoot.groups.arriving import is_line, is_via
from folkmoot.kit import msgid
from folkmoot.kit.errors import Refused
from folkmoot.store.packages import Row
from folkmoot.store.unpacking import Arrivals

MOST_BALLOTS = 10_000_000
_PAPER = re.compile(r"[1-9][0-9]?( [1-9][0-9]?){0,19}")
_HASH = re.compile(r"[0-9a-f]{64}")
SLACK = timedelta(days=1)  # of clocks elsewhere


def channel(row: Row, arrivals: Arrivals) -> None:
    if row["name"]:
        is_line(row["name"])


def topic(row: Row, arrivals: Arrivals) -> None:
    is_line(row["title"])
    is_via(row["last_via"])
    _is_past(row["started_at"], row["last_post_at"])


def post(row: Row, arrivals: Arrivals) -> None:
    is_line(row["title"])
    is_via(row["via"])
    _is_past(row["posted_at"], row["said_at"] or row["posted_at"])
    if (row["author"] is None) != row["is_anonymous"]:
        raise Refused("it needs an author, or none where it was said without a name")
    if arrivals.of(models.Topic, row["topic"], "channel") != row["channel"]:
        raise Refused("its conversation stands in another channel")
    for one in [row["message_id"], *row["references"].split(" ")]:
        if one and msgid.clean(one) != one:
            raise Refused(f"{one[:60]!r} is no id of a letter")


def poll(row: Row, arrivals: Arrivals) -> None:
    is_line(row["question"])
    papers = row["papers"]
    if not isinstance(papers, dict) or not all(_PAPER.fullmatch(one) for one in papers):
        raise Refused("papers: these are no ballots")
    if not all(type(times) is int and 0 < times < MOST_BALLOTS for times in papers.values()):
        raise Refused("papers: these are no numbers of ballots")


def choice(row: Row, arrivals: Arrivals) -> None:
    is_line(row["words"])


def ballot(row: Row, arrivals: Arrivals) -> None:
    is_via(row["via"])


def ballot_line(row: Row, arrivals: Arrivals) -> None:
    poll_of_it = arrivals.of(models.Ballot, row["ballot"], "poll")
    if poll_of_it != arrivals.of(models.Choice, row["choice"], "poll"):
        raise Refused("its choice is one of another poll")
    if arrivals.of(models.Poll, poll_of_it, "is_secret"):
        raise Refused("a secret poll tells nobody who chose what")


def reference(row: Row, arrivals: Arrivals) -> None:
    if msgid.clean(row["message_id"]) != row["message_id"]:
        raise Refused(f"{row['message_id'][:60]!r} is no id of a letter")


def attachment(row: Row, arrivals: Arrivals) -> None:
    is_line(row["name"])
    if not _HASH.fullmatch(row["file"]):
        raise Refused(f"file: {row['file'][:80]!r} is no hash")
    if "/" in row["name"] or "\\" in row["name"] or row["name"].strip(". ") == "":
        raise Refused(f"{row['name']!r} is no name of a file")
    if len(row["content_id"].splitlines()) > 1 or '"' in row["content_id"]:
        raise Refused("its Content-ID is none")


def report(row: Row, arrivals: Arrivals) -> None:
    is_via(row["via"])


def _is_past(*moments: object) -> None:
    latest = now() + SLACK
    if any(one > latest for one in moments):  # type: ignore[operator]
        raise Refused("it has not been said yet")
