"""What people answered to a date poll, as pages and letters show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Group, Membership
from folkmoot.kit import fairness, zones
from folkmoot.kit.fairness import Rank, Said, Turn
from folkmoot.meetings.models import DateAnswer, DateChoice, DatePoll, Meeting, Series

MOST_PEOPLE = 300  # in a table
MOST_ZONES = 40  # that a rotation looks at


@dataclass(frozen=True, slots=True)
class Column:
    """One time, with how it stands."""

    choice: DateChoice
    words: str  # in the reader's zone
    yes: int
    if_need_be: int
    no: int


def columns(poll: DatePoll, zone: str) -> list[Column]:
    """The times in their order, as the clocks of a zone will show them."""
    counts: dict[int, dict[str, int]] = {}
    rows = DateAnswer.objects.filter(choice__poll=poll).values_list("choice", "answer").annotate(n=Count("pk"))
    for choice, answer, n in rows:
        counts.setdefault(choice, {})[answer] = n
    return [
        Column(one, in_words(one.starts_at, poll.minutes, zone), *(counts.get(one.pk, {}).get(a, 0) for a in ANSWERS))
        for one in in_order(poll)
    ]


ANSWERS = tuple(DateAnswer.Answer.values)


def in_order(poll: DatePoll) -> list[DateChoice]:
    """The times by which a letter counts them, from 1."""
    return list(poll.choices.order_by("starts_at"))


def table(poll: DatePoll, shown: Sequence[Column]) -> list[dict[str, Any]]:
    """A row for each who answered, in the order in which they did first."""
    said: dict[int, dict[int, DateAnswer]] = {}
    answers = DateAnswer.objects.filter(choice__poll=poll).select_related("person").order_by("answered_at", "pk")
    for one in answers[: MOST_PEOPLE * len(shown)]:
        said.setdefault(one.person_id, {})[one.choice_id] = one
    return [
        {
            "person": next(iter(theirs.values())).person,
            "cells": [(column.words, theirs.get(column.choice.pk)) for column in shown],
        }
        for theirs in list(said.values())[:MOST_PEOPLE]
    ]


def mine(poll: DatePoll, person: Person) -> dict[int, str]:
    """What somebody has answered, by the keys of the times."""
    return dict(DateAnswer.objects.filter(choice__poll=poll, person=person).values_list("choice", "answer"))


def fairest(poll: DatePoll, zone: str) -> list[dict[str, Any]]:
    """The times, the fairest first, each with its reasons in words."""
    choices = {one.starts_at: one for one in in_order(poll)}
    answers: dict[datetime, list[Said]] = {at: [] for at in choices}
    rows = DateAnswer.objects.filter(choice__poll=poll)
    for at, answer, where in rows.values_list("choice__starts_at", "answer", "person__time_zone"):
        answers[at].append(Said(answer, where if where in zones.names() else poll.zone))
    return [
        {"choice": choices[one.at], "words": in_words(one.at, poll.minutes, zone), "reasons": _reasons(one)}
        for one in fairness.ranked(answers, poll.minutes)
    ]


def _reasons(rank: Rank) -> str:
    said = [
        ngettext("%(n)d yes", "%(n)d yes", rank.yes) % {"n": rank.yes},
        ngettext("%(n)d if need be", "%(n)d if need be", rank.if_need_be) % {"n": rank.if_need_be},
        ngettext("%(n)d no", "%(n)d no", rank.no) % {"n": rank.no},
    ]
    if not rank.pained:
        return _("%(said)s; for all who could come between 8 and 22 h") % {"said": ", ".join(said)}
    outside = ngettext(
        "%(hours)s hours outside 8 to 22 h for %(n)d person",
        "%(hours)s hours outside 8 to 22 h for %(n)d people together",
        rank.pained,
    ) % {"hours": f"{rank.pain:g}", "n": rank.pained}
    return f"{', '.join(said)}; {outside}"


def in_words(at: datetime, minutes: int, zone: str) -> str:
    """A time as the clocks of a zone will show it: "Tue, 16 July, 19:00–21:00"."""
    begin, end = zones.to_local(at, zone), zones.to_local(at + timedelta(minutes=minutes), zone)
    form = _("D, j F, H:i")
    return f"{date_format(begin, form)}–{date_format(end, 'H:i')}"


def zone_of(person: Person | None, poll: DatePoll) -> str:
    """The zone in which somebody reads times: their own, else that of whoever asked."""
    own = person.time_zone if person else ""
    return own if own in zones.names() else poll.zone


def spread(group: Group) -> dict[str, int]:
    """How many members live in which zone; who says nothing lives where the group does."""
    members = Membership.objects.current().filter(group=group, person__is_active=True)
    counts: dict[str, int] = {}
    for zone, n in members.values_list("person__time_zone").annotate(n=Count("pk")):
        where = zone if zone in zones.names() else group.time_zone
        counts[where] = counts.get(where, 0) + n
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_ZONES])


def turn_in_words(meeting: Meeting, turn: Turn, people: Mapping[str, int]) -> dict[str, Any]:
    """One meeting of a rotation: when it is, when it would be, and what the clocks of each zone would show."""
    at = zones.to_utc(turn.starts, meeting.zone)
    clocks = [
        {
            "zone": where.replace("_", " "),
            "words": date_format(zones.to_local(at, where), _("D H:i")),
            "pain": turn.pain[where],
        }
        for where in people
    ]
    now_at = in_words(meeting.starts_at, meeting.minutes, meeting.zone)
    return {"now": now_at, "then": in_words(at, meeting.minutes, meeting.zone), "clocks": clocks}


def rotation(series: Series, people: Mapping[str, int], most: int) -> list[tuple[Meeting, Turn]]:
    """What a rotation would make of the next meetings of a series."""
    ahead = Meeting.objects.filter(series=series, cancelled_at=None, zone=series.zone).to_come().in_order()[:most]
    meetings = list(ahead.select_related("group"))
    days = [one.starts.date() for one in meetings]
    turns = fairness.rotation(days, zone=series.zone, minutes=series.minutes, people=people)
    return list(zip(meetings, turns, strict=True))
