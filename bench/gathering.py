"""Fills an installation with meetings, and asks it: python -m bench.gathering WHAT ARGUMENTS. Prints JSON."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import django

django.setup()

# What follows needs Django to be set up.
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from folkmoot.accounts.models import OPERATOR, Person  # noqa: E402
from folkmoot.accounts.operations import enrol  # noqa: E402
from folkmoot.config.subscribers import SUBSCRIBERS  # noqa: E402
from folkmoot.doors.calendars.operations import make_key  # noqa: E402
from folkmoot.doors.mail.invitations.sending import send_due  # noqa: E402
from folkmoot.doors.mail.transport import SENT, Answer, Copy  # noqa: E402
from folkmoot.groups.models import Group, Membership  # noqa: E402
from folkmoot.groups.operations import found, join  # noqa: E402
from folkmoot.kit import recurrence  # noqa: E402
from folkmoot.kit.zones import to_local, to_utc  # noqa: E402
from folkmoot.meetings.models import Meeting, Rsvp, moments  # noqa: E402
from folkmoot.meetings.operations import answer, cancel, plan_meeting  # noqa: E402
from folkmoot.meetings.operations.planning import new_uid  # noqa: E402
from folkmoot.outbox.relay import drain  # noqa: E402

VIA, TIMES, AT_ONCE = "bench", 25, 16
ZONE = "Europe/Berlin"
RULES = ("FREQ=WEEKLY", "FREQ=MONTHLY;BYDAY=3TU", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR")


def expand() -> dict[str, float]:
    """Five years of a series with its moments in UTC, for each of some rules: the slowest median, in milliseconds."""
    first = datetime.fromisoformat("2026-01-06T19:00")
    end = first + timedelta(days=5 * 365)

    def five_years(rule: str) -> int:
        times = recurrence.between(recurrence.parse(rule), first, start=first, end=end)
        return len([to_utc(one, ZONE) for one in times])

    took = {rule: _median(lambda rule=rule: five_years(rule)) for rule in RULES}  # type: ignore[misc]
    return took | {f"{rule}: times": five_years(rule) for rule in RULES}


def fill(number: str) -> dict[str, int]:
    """Make a group with so many meetings in one month, and somebody in it."""
    owner = enrol(name="Mo Many", address="mo@example.org", proven=True, via=VIA)
    group = found(founder=owner, name="Moot", slug="moot", time_zone=ZONE, via=VIA)
    start = now().replace(day=1, hour=9, minute=0, second=0, microsecond=0)
    rows = []
    for one in range(int(number)):
        when = moments(to_local(start + timedelta(hours=(one * 28 * 24) // int(number)), ZONE), ZONE, 120)
        more = {"title": f"Meeting {one}", "zone": ZONE, "room": "Hall", "uid": new_uid(), "by": owner}
        rows.append(Meeting(group=group, published_at=now(), announced_at=now(), **more, **when))
    Meeting.objects.bulk_create(rows)
    call_command("collectstatic", interactive=False, verbosity=0)  # pages name our styles by their hashes
    return {"meetings": group.meetings.count()}


def pages() -> dict[str, float]:
    """The page of that month to one who is signed in, through all of Django in one process: milliseconds."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(Person.objects.at("mo@example.org"))  # type: ignore[arg-type]
    month = f"/g/moot/meetings?month={now():%Y-%m}"
    return {"month": _median(lambda: _get(client, month))}


def feed() -> dict[str, float]:
    """The personal calendar of somebody whose group has all those meetings, whole and when nothing changed."""
    person = Person.objects.at("mo@example.org")
    assert person, "filled"
    _key, secret = make_key(person, name="Phone")
    client, address = Client(SERVER_NAME="localhost"), f"/calendars/{secret}.ics"
    first = client.get(address)
    same = {"HTTP_IF_NONE_MATCH": first.headers["ETag"]}
    assert client.get(address, **same).status_code == 304
    entries = first.content.count(b"BEGIN:VEVENT")
    return {
        "whole": _median(lambda: _get(client, address)),
        "unchanged": _median(lambda: client.get(address, **same)),
        "entries": entries,
    }


def last_seat(number: str) -> dict[str, object]:
    """Let so many people ask for one seat at once: how long it took, who has it, whether the line is in order."""
    group = Group.objects.get(slug="moot")
    people = Person.objects.bulk_create(
        [Person(name=f"Guest {one}", handle=f"guest-{one}") for one in range(int(number))]
    )
    Membership.objects.bulk_create([Membership(group=group, person=one) for one in people])
    starts = to_local(now() + timedelta(days=9), ZONE)
    meeting = plan_meeting(group, title="One seat", starts=starts, zone=ZONE, room="Hut", seats=1, by=OPERATOR, via=VIA)
    gate = Barrier(AT_ONCE + 1)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asking = [pool.submit(_ask, gate, meeting, people[one::AT_ONCE]) for one in range(AT_ONCE)]
        gate.wait()
        began = time.perf_counter()
        for one in asking:
            one.result()
        took = time.perf_counter() - began
    rows = Rsvp.objects.filter(meeting=meeting)
    line = list(rows.in_line().values_list("answered_at", flat=True))
    return {"s": took, "coming": rows.coming().count(), "waiting": len(line), "in_order": line == sorted(line)}


def call_off(number: str) -> dict[str, object]:
    """Call a meeting off to which so many have said yes: seconds until the last of them has a letter that says so."""
    group = Group.objects.get(slug="moot")
    starts = to_local(now() + timedelta(days=9), ZONE)
    meeting = plan_meeting(group, title="Off", starts=starts, zone=ZONE, room="Hut", by=OPERATOR, via=VIA)
    for one in range(int(number)):
        person = enrol(name=f"Comer {one}", address=f"comer-{one}@example.org", proven=True, via=VIA)
        join(group, person=person, address=f"comer-{one}@example.org", via=VIA)
        answer(meeting, person=person, answer="yes", via=VIA)
    _Sink().take_all()
    sink, began = _Sink(), time.perf_counter()
    cancel(meeting, why="Snow", by=OPERATOR, via=VIA)
    sink.take_all()
    return {"s": sink.last - began, "told": sink.told}


class _Sink:
    """Takes letters at once, and notes how many took a meeting away and when the last one did."""

    told, last = 0, 0.0

    def send(self, copies: Sequence[Copy]) -> list[Answer]:
        told = sum(b"CANCEL" in copy.letter for copy in copies)
        self.told, self.last = self.told + told, time.perf_counter() if told else self.last
        return [Answer(SENT) for _copy in copies]

    def take_all(self) -> None:
        while drain(SUBSCRIBERS) or send_due(self):
            pass

    def close(self) -> None:
        pass


def _ask(gate: Barrier, meeting: Meeting, people: list[Person]) -> None:
    gate.wait()
    for person in people:
        answer(meeting, person=person, answer="yes", via=VIA)
    connection.close()


def _get(client: Client, path: str) -> None:
    answered = client.get(path)
    assert answered.status_code == 200, path


def _median(do: Callable[[], object]) -> float:
    do()
    took = []
    for _time in range(TIMES):
        began = time.perf_counter()
        do()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


WHAT: dict[str, Callable[..., object]] = {one.__name__: one for one in (expand, fill, pages, feed, last_seat, call_off)}

if __name__ == "__main__":
    print(json.dumps(WHAT[sys.argv[1]](*sys.argv[2:])))
