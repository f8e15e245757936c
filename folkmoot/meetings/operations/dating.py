"""Asking a group when it could meet, and deciding. Every door comes through here."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group
from folkmoot.groups.operations.history import note
from folkmoot.kit import zones
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.meetings.models import DateAnswer, DateChoice, DatePoll, Meeting
from folkmoot.meetings.operations.planning import LONGEST, plan_meeting, planned
from folkmoot.meetings.operations.venues import NOT_YOURS
from folkmoot.meetings.rules import can_answer_dates, can_organise
from folkmoot.outbox.operations import record

MOST_TIMES = 30
AT_ONCE = 100  # questions that are closed in one minute
FURTHEST = timedelta(days=2 * 366)
CHANGEABLE = frozenset({"title", "about", "closes_at"})


def ask_dates(
    group: Group,
    *,
    title: str,
    times: Sequence[datetime],
    by: Actor,
    via: str,
    zone: str = "",
    minutes: int = 120,
    about: str = "",
    closes_at: datetime | None = None,
) -> DatePoll:
    """Ask when a group could meet. The times are what the clocks of the zone will show, without a zone of their own."""
    said = {"title": title, "about": about, "closes_at": closes_at, "zone": zone or group.time_zone, "minutes": minutes}
    what = _checked(said)
    moments = _moments(times, what["zone"])
    with transaction.atomic():
        require(can_organise(by, group), NOT_YOURS)
        poll: DatePoll = DatePoll.objects.create(group=group, by=by if isinstance(by, Person) else None, **what)
        DateChoice.objects.bulk_create([DateChoice(poll=poll, starts_at=one) for one in moments])
        record("dates.asked", poll, by=by, via=via)
        note(group, "dates.asked", by=by, via=via, dates=poll.pk)
    return poll


def change_dates(
    poll: DatePoll, *, by: Actor, via: str, times: Sequence[datetime] | None = None, **changes: Any
) -> DatePoll:
    """Change what is asked. Answers stay to the times that stay; new ones wait for theirs."""
    if strange := changes.keys() - CHANGEABLE:
        raise TypeError(f"a date poll's {', '.join(sorted(strange))} can't be changed")
    what = _checked(changes)
    with transaction.atomic():
        poll = _hold(poll, by)
        _require_undecided(poll)
        changed = {name: value for name, value in what.items() if getattr(poll, name) != value}
        if changed:
            DatePoll.objects.filter(pk=poll.pk).update(**changed)
        has_new_times = _change_times(poll, times)
        if not (has_new_times or changed):
            return poll
        record("dates.changed", poll, by=by, via=via, times=has_new_times)
        note(poll.group, "dates.changed", by=by, via=via, dates=poll.pk)
    poll.refresh_from_db()
    return poll


def answer_dates(poll: DatePoll, answers: Mapping[int, str], *, person: Person, via: str) -> None:
    """Say of times, by their keys, whether they suit. What is not named stays as it was; "" takes an answer back."""
    with transaction.atomic():
        poll = _locked(poll)
        require(can_answer_dates(person, poll), _("You can't answer here."))
        if not poll.is_open:
            raise Refused(_("This question is closed."))
        if not set(poll.choices.values_list("pk", flat=True)).issuperset(answers):
            raise Refused(_("This time is not asked about."))
        if not {*DateAnswer.Answer.values, ""}.issuperset(answers.values()):
            raise Refused(_("Please say yes, no or if need be."))
        known = dict(DateAnswer.objects.filter(choice__poll=poll, person=person).values_list("choice", "answer"))
        news = {choice: said for choice, said in answers.items() if known.get(choice, "") != said}
        if not news:
            return
        DateAnswer.objects.filter(choice__in=list(news), person=person).delete()
        rows = [DateAnswer(choice_id=one, person=person, answer=said, via=via) for one, said in news.items() if said]
        DateAnswer.objects.bulk_create(rows)
        record("dates.answered", poll, by=person, via=via)


def close_dates(poll: DatePoll, *, by: Actor, via: str) -> DatePoll:
    """Take no more answers."""
    with transaction.atomic():
        poll = _hold(poll, by)
        if poll.closed_at is None:
            poll.closed_at = now()
            poll.save(update_fields=["closed_at"])
            record("dates.closed", poll, by=by, via=via)
            note(poll.group, "dates.closed", by=by, via=via, dates=poll.pk)
    return poll


def close_due_dates() -> int:
    """Close the questions whose time is over, so that those who answered hear of it. Returns how many there were."""
    due = DatePoll.objects.filter(closed_at=None, closes_at__lte=now()).order_by("closes_at", "pk")[:AT_ONCE]
    closed = 0
    for poll in due:
        with transaction.atomic():
            held = _locked(poll)
            if held.closed_at is None and not held.is_open:
                DatePoll.objects.filter(pk=held.pk).update(closed_at=held.closes_at)
                record("dates.closed", held, by=None, via="clock")
                closed += 1
    return closed


def reopen_dates(poll: DatePoll, *, by: Actor, via: str) -> DatePoll:
    """Take answers again; an end that is past is none any more."""
    with transaction.atomic():
        poll = _hold(poll, by)
        _require_undecided(poll)
        if not poll.is_open:
            poll.closed_at = None
            poll.closes_at = poll.closes_at if poll.closes_at and poll.closes_at > now() else None
            poll.save(update_fields=["closed_at", "closes_at"])
            record("dates.reopened", poll, by=by, via=via)
            note(poll.group, "dates.reopened", by=by, via=via, dates=poll.pk)
    return poll


def decide(choice: DateChoice, *, by: Actor, via: str, is_draft: bool = False) -> Meeting:
    """Plan the meeting for one of the times; the question is closed with that. Twice is once."""
    with transaction.atomic():
        poll = _hold(choice.poll, by)
        if poll.meeting is not None:
            return poll.meeting
        if choice.starts_at <= now():
            raise Refused(_("This time is past. Choose another one."))
        starts = zones.to_local(choice.starts_at, poll.zone)
        what: dict[str, Any] = {"title": poll.title, "about": poll.about, "zone": poll.zone, "minutes": poll.minutes}
        poll.meeting = plan_meeting(poll.group, starts=starts, by=by, via=via, is_draft=is_draft, **what)
        poll.closed_at = poll.closed_at or now()
        poll.save(update_fields=["meeting", "closed_at"])
        record("dates.decided", poll, by=by, via=via, choice=choice.pk)
        note(poll.group, "dates.decided", by=by, via=via, dates=poll.pk, meeting=poll.meeting.pk)
    return poll.meeting


def _locked(poll: DatePoll) -> DatePoll:
    rows = DatePoll.objects.select_for_update(no_key=True, of=("self",)).select_related("group", "meeting__group")
    held: DatePoll = rows.get(pk=poll.pk)
    return held


def _hold(poll: DatePoll, by: Actor) -> DatePoll:
    held = _locked(poll)
    require(can_organise(by, held.group), NOT_YOURS)
    return held


def _require_undecided(poll: DatePoll) -> None:
    if poll.meeting_id is not None:
        raise Refused(_("The time is decided: change the meeting instead."))


def _change_times(poll: DatePoll, times: Sequence[datetime] | None) -> bool:
    """Take times out and put new ones in. Whether that changed anything."""
    if times is None:
        return False
    wanted = set(_moments(times, poll.zone, known=set(poll.choices.values_list("starts_at", flat=True))))
    there = {one.starts_at: one.pk for one in poll.choices.all()}
    DateChoice.objects.filter(pk__in=[key for at, key in there.items() if at not in wanted]).delete()
    DateChoice.objects.bulk_create([DateChoice(poll=poll, starts_at=one) for one in sorted(wanted - there.keys())])
    return wanted != there.keys()


def _moments(times: Sequence[datetime], zone: str, *, known: frozenset[datetime] | set[datetime] = frozenset()) -> Any:
    """The times as moments, in order, each once. New ones lie ahead."""
    moments = sorted({zones.to_utc(planned(one), zone) for one in times})
    if not 1 <= len(moments) <= MOST_TIMES:
        raise Refused(_("Ask about one time at least and %(most)s at most.") % {"most": MOST_TIMES})
    if any(not now() < one < now() + FURTHEST for one in moments if one not in known):
        raise Refused(_("Ask about times to come, within two years."))
    return moments


def _checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked, as it is kept. Raises Refused with words for the organiser."""
    what = dict(said)
    if "title" in what:
        what["title"] = one_line(what["title"])[:200]
        if not what["title"]:
            raise Refused(_("Please give the meeting a title."))
    what |= {"about": what["about"].strip()[:1000]} if "about" in what else {}
    if what.get("zone", "UTC") not in zones.names():
        raise Refused(_("There is no such time zone."))
    if not 0 < what.get("minutes", 1) <= LONGEST:
        raise Refused(_("A meeting takes two weeks at most."))
    if what.get("closes_at") is not None and what["closes_at"] > now() + FURTHEST:
        raise Refused(_("That is too far away."))
    return what
