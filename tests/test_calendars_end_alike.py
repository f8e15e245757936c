"""Whatever happens to meetings, and in whichever order it is heard of: every calendar ends as ours."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.test import Client
from django.utils.timezone import now

from folkmoot.doors.calendars.operations import make_key
from folkmoot.doors.mail.invitations import newcomers
from folkmoot.doors.mail.tests.meeting_mail import calendar_of, carry, letters
from folkmoot.groups.models import Membership
from folkmoot.groups.operations import leave
from folkmoot.kit.errors import Refused
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.operations import (
    add_venue,
    answer,
    bring_meetings_along,
    cancel,
    change_all,
    change_from,
    change_meeting,
    change_venue,
    end_series,
    plan_meeting,
    plan_series,
    uncancel,
)
from folkmoot.meetings.plans import Plan
from folkmoot.outbox.models import Event
from tests import make
from tests.calendar_programs import Invited, Shown, Subscribed, Synchronised

STEPS = 8
ORDERS = 3  # in which the same letters arrive
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")
RULES = (
    "FREQ=WEEKLY;COUNT=4",
    "FREQ=MONTHLY",
    "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=6",
    "FREQ=MONTHLY;COUNT=3",
    "FREQ=DAILY;COUNT=5",
)
WINDOW = timedelta(days=120)  # so far calendars are compared: a series goes on for ever in them
BERLIN = "Europe/Berlin"


class History:
    """A group with meetings, people who follow them in all ways, and things that happen by chance."""

    def __init__(self, seed: int) -> None:
        self.chance, self.told = Random(seed), []
        self.olga, self.ann, self.bob, self.cleo = (make.person(name) for name in ("Olga", "Ann", "Bob", "Cleo"))
        self.group = make.group(self.ann, self.bob, owner=self.olga, time_zone=BERLIN)
        make.join(self.group, self.cleo, mail="none")
        Membership.objects.filter(person=self.olga).update(mail="none")
        self.by: dict[str, Any] = {"by": self.olga, "via": "web"}
        self.venue = add_venue(self.group, name="Library", address="Mill Lane 1", **self.by)
        self.letters: list[tuple[str, bytes]] = []
        self.plans()
        secret = make_key(self.cleo, name="Phone")[1]
        self.readers = [Subscribed(Client(), "/g/tarn/meetings.ics"), Subscribed(Client(), f"/calendars/{secret}.ics")]
        self.dora, self.eve = make.person("Dora"), make.person("Eve")
        self.readers.append(Synchronised(Client(), "/dav/groups/tarn/", secret))

    def plans(self) -> None:
        plan_meeting(self.group, title="Feast", starts=self.some_time(), room="Hall", zone=BERLIN, **self.by)
        for _ in range(2):
            first, rule = self.some_time(), self.chance.choice(RULES)
            more = [first + timedelta(days=self.chance.randint(1, 20), hours=1)] if self.chance.random() < 0.4 else []
            out = [first + timedelta(days=7)] if self.chance.random() < 0.3 else []
            zone = self.chance.choice(ZONES)
            plan_series(self.group, title="Open hour", starts=first, rule=rule, extra=more, left_out=out, zone=zone,
                        room="Hall", **self.by)  # fmt: skip
        self.bring()

    def some_time(self) -> datetime:
        today = now().replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        return today + timedelta(days=self.chance.randint(3, 12), hours=self.chance.randint(8, 20))

    def happen(self) -> None:
        if len(self.told) == STEPS // 2:
            make.join(self.group, self.dora)
            make.join(self.group, self.eve)
        step: Callable[[], Any] = self.chance.choice([
            self.move_one, self.name_one, self.change_following, self.change_following, self.change_every,
            self.change_zone, self.call_off, self.let_take_place, self.end, self.restore_series, self.say, self.say,
            self.move_house, self.bring,
        ])  # fmt: skip
        self.told.append(step.__name__)
        try:
            step()
        except Refused as refusal:
            self.told[-1] += f" ({refusal})"
        if self.chance.random() < 0.6:
            self.hear()
        else:
            carry()

    def hear(self) -> None:
        self.letters += [(who, calendar_of(one).encode()) for who, one in letters() if _has_calendar(one)]
        for reader in self.readers:
            reader.fetch()

    def some_meeting(self, **which: Any) -> Meeting:
        there = Meeting.objects.filter(group=self.group, starts_at__gt=now(), **which).order_by("pk")
        found = list(there.filter(starts_at__lt=now() + timedelta(days=40)))
        if not found:
            raise Refused("none")
        return self.chance.choice(found)

    def moved(self, meeting: Meeting) -> datetime:
        return meeting.starts.replace(tzinfo=None) + timedelta(
            days=self.chance.choice([0, 0, 1, 2, 7]), hours=self.chance.choice([-2, 1, 3])
        )

    def move_one(self) -> None:
        meeting = self.some_meeting()
        change_meeting(meeting, starts=self.moved(meeting), minutes=self.chance.choice([60, 120]), **self.by)

    def name_one(self) -> None:
        what = {
            "title": self.chance.choice(["Cheese; wine, bread", "Open hour"]),
            "venue": self.chance.choice([None, self.venue]),
        }
        change_meeting(self.some_meeting(), **what, **self.by)

    def change_following(self) -> None:
        meeting = self.some_meeting(series__isnull=False)
        times = self.chance.choice([{}, {"starts": self.moved(meeting)}, {"rule": self.chance.choice(RULES)},
                                    {"starts": self.moved(meeting), "rule": self.chance.choice(RULES)}])  # fmt: skip
        change_from(meeting, title=self.chance.choice(["Open hour", "New hour"]), **times, **self.by)

    def change_every(self) -> None:
        series = self.some_meeting(series__isnull=False).series
        assert series is not None
        first = series.meetings.to_come().order_by("slot")[0]
        times = self.chance.choice([{}, {"starts": self.moved(first)}])
        change_all(series, room=self.chance.choice(["Hall", "Attic"]), **times, **self.by)

    def change_zone(self) -> None:
        meeting, zone = self.some_meeting(), self.chance.choice(ZONES)
        if meeting.series is not None and self.chance.random() < 0.6:
            change_all(meeting.series, zone=zone, **self.by)
        else:
            change_meeting(meeting, zone=zone, **self.by)

    def call_off(self) -> None:
        cancel(self.some_meeting(), **self.by)

    def let_take_place(self) -> None:
        uncancel(self.some_meeting(cancelled_at__isnull=False), **self.by)

    def end(self) -> None:
        end_series(self.some_meeting(series__isnull=False), **self.by)

    def restore_series(self) -> None:
        meeting = self.some_meeting(series__isnull=False, cancelled_at__isnull=False)
        for one in meeting.series.meetings.to_come().exclude(cancelled_at=None):
            uncancel(one, **self.by)

    def say(self) -> None:
        said = self.chance.choice(["yes", "no", "maybe", "no"])
        answer(self.some_meeting(), person=self.bob, answer=said, via="web")

    def move_house(self) -> None:
        change_venue(self.venue, address=self.chance.choice(["Mill Lane 1", "Sea Road 9"]), **self.by)

    def bring(self) -> None:
        """A series from elsewhere, as it is there now: dates are added and left out, meetings moved."""
        if not hasattr(self, "first"):
            self.first = self.some_time()
        week = timedelta(days=7)
        extra = tuple(self.first + timedelta(days=day) for day in (2, 9) if self.chance.random() < 0.5)
        out = tuple(self.first + week * number for number in (1, 2) if self.chance.random() < 0.3)
        slot = self.first + week * 3
        same: dict[str, Any] = {"uid": "elsewhere", "title": "Elsewhere", "zone": BERLIN}
        starts, is_off = slot + timedelta(hours=self.chance.choice([0, 1])), self.chance.random() < 0.3
        other = Plan(starts=starts, slot=slot, is_cancelled=is_off, **same)
        rule = "FREQ=WEEKLY;COUNT=5"
        plan = Plan(starts=self.first, rule=rule, extra=extra, left_out=out, others=(other,), **same)
        done = bring_meetings_along(self.group, [plan], **self.by)
        assert done.refused == []


def _has_calendar(message: Any) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in message.walk())


def ours(group: Any, *, of_series: bool, besides: Any = ()) -> list[Shown]:
    """What takes place by our own rows; in feeds the meetings of a series have its name."""
    rows = Meeting.objects.taking_place().filter(group=group, starts_at__gte=now(), starts_at__lt=now() + WINDOW)
    rows = rows.exclude(pk__in=besides).select_related("series", "venue")
    return sorted(
        Shown(
            one.series.uid if of_series and one.series else one.uid, one.starts_at, one.ends_at, one.title, _place(one)
        )
        for one in rows
    )


def _place(meeting: Meeting) -> frozenset[str]:
    parts = f"{meeting.room},{meeting.venue.line if meeting.venue else ''}".split(",")
    return frozenset(part.strip() for part in parts if part.strip())


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--histories")))


def test_every_calendar_ends_as_ours(seed):
    history = History(seed)
    for _ in range(STEPS):
        history.happen()
    leave(Membership.objects.get(group=history.group, person=history.eve), via="web")
    history.hear()
    newcomers.invite_all()
    history.hear()

    for reader in history.readers:
        check(reader, ours(history.group, of_series=True), history, of_series=True)
    refused = Rsvp.objects.filter(person=history.bob, answer="no").values("meeting")
    for person, besides in ((history.ann, ()), (history.bob, refused)):
        wanted = ours(history.group, of_series=False, besides=besides)
        wanted = [one for one in wanted if is_announced(one.uid, person)]
        for program in in_some_orders(history, person):
            check(program, wanted, history)
    wanted = ours(history.group, of_series=False)
    for program in in_some_orders(history, history.dora):
        assert set(program.shown(now(), now() + WINDOW)) <= set(wanted), history.told
        assert {one.uid for one in program.shown(now(), now() + WINDOW)} >= nearest(history.group)
    for program in in_some_orders(history, history.eve):
        assert program.kept
        check(program, [], history)


def check(program: Any, wanted: list[Shown], history: History, *, of_series: bool = False) -> None:
    """Say what is too much and what is missing, and what had happened."""
    seen = program.shown(now(), now() + WINDOW)
    if of_series:  # what is left of a series that ends before it begins has names of its own
        names = dict(Meeting.objects.exclude(series=None).values_list("uid", "series__uid"))
        seen = sorted(one._replace(uid=names.get(one.uid, one.uid)) for one in seen)
    told = [history.told, "too much:", *set(seen).difference(wanted), "missing:", *set(wanted).difference(seen)]
    assert seen == wanted, "\n".join(map(str, [type(program).__name__, *told]))


def nearest(group: Any) -> set[str]:
    """The single meetings that the group was invited to, and of each series the one that comes next."""
    there = Meeting.objects.taking_place().filter(group=group, starts_at__gt=now(), announced_at__isnull=False)
    brought = Event.objects.filter(kind="meeting.brought").values("subject_id")
    return {one.uid for one in newcomers.next_ones(there.exclude(pk__in=brought))}


def is_announced(uid: str, person: Any) -> bool:
    """Whether one was invited to it, or has answered it."""
    meeting = Meeting.objects.get(uid=uid)
    is_brought = Event.objects.filter(kind="meeting.brought", subject_id=meeting.pk).exists()
    has_answered = meeting.rsvps.filter(person=person).exists()
    return has_answered or (meeting.announced_at is not None and not is_brought)


def in_some_orders(history: History, person: Any) -> list[Invited]:
    """Programs that got the same letters early, late, twice, and in any order."""
    address = person.addresses.get().email
    mine = [calendar for who, calendar in history.letters if who == address]
    programs = [Invited(address) for _ in range(ORDERS)]
    for number, program in enumerate(programs):
        order = mine + history.chance.choices(mine, k=len(mine) // 3) if number else list(mine)
        if number:
            history.chance.shuffle(order)
        for calendar in order:
            program.take(calendar)
    return programs
