"""A group comes over from an old place, by command."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.utils.timezone import localdate, now

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.joining import bring
from folkmoot.config.cli.moves import import_attendees, move
from folkmoot.groups.models import Move
from folkmoot.meetings.models import Attendance, Meeting
from folkmoot.meetings.operations import bring_meetings_along
from folkmoot.meetings.plans import Plan
from tests import make


@pytest.fixture
def group():
    return make.group(make.person("Ann"))


def run(command, *arguments):
    result = CliRunner().invoke(command, list(arguments))
    return result.exit_code, result.stdout


def begin(*more):
    said = ("--name", "Meetup", "--address", "https://meetup.example/tarn", "--members", "610")
    return run(move, "begin", "tarn", *said, *more)


def test_it_begins_is_looked_at_and_ends(group, tmp_path):
    day = f"{localdate() + timedelta(days=40)}"
    code, told = begin("--until", day, "--calendar", "webcal://meetup.example/tarn.ics", "--json")
    assert code == 0
    facts = json.loads(told)
    assert facts["page"].endswith(f"/over/{Move.objects.get().link.token}")
    assert (facts["calendar"], facts["until"][:10]) == ("https://meetup.example/tarn.ics", day)
    people = tmp_path / "people.csv"
    people.write_text("zoe@example.net\n")
    assert run(bring, str(people), "--group", "tarn", "--agreed", "--moved")[0] == 0

    assert run(move, "show", "tarn")[1].startswith("Meetup: 1 of 610 reached, 1 joined")
    assert begin()[0] == 3
    assert run(move, "end", "tarn")[0] == 0
    assert run(move, "end", "tarn")[0] == 3
    assert run(move, "show", "nowhere")[0] == 4


def test_a_wrong_address_of_a_calendar_begins_nothing(group):
    assert begin("--calendar", "ftp://meetup.example/tarn.ics")[0] == 3

    assert not Move.objects.exists()
    assert begin("--calendar", "https://meetup.example/tarn.ics")[0] == 0


def test_who_came_is_told_first_and_then_noted(group, tmp_path):
    starts = (now() - timedelta(days=9)).replace(tzinfo=None, microsecond=0)
    bring_meetings_along(group, [Plan(uid="1@x", title="Old", starts=starts, zone="UTC")], by=OPERATOR, via="test")
    file, number = tmp_path / "came.csv", str(Meeting.objects.get().pk)
    file.write_text("Name,Event\nAnn,Old\nZoe,Old\nYan,New\n")

    code, told = run(import_attendees, str(file), "--group", "tarn", "--dry-run")
    assert (code, Attendance.objects.count()) == (0, 0)
    assert told.splitlines()[:3] == ["Dry run: nothing was changed.", "1 are people of the group", "1 stay names"]
    assert "line 4: Yan: No past meeting" in told
    facts = json.loads(run(import_attendees, str(file), "--group", "tarn", "--json")[1])
    assert (facts["person"], facts["name"], facts["refused"], facts["meetings"]) == (1, 1, 1, 1)
    again = json.loads(run(import_attendees, str(file), "--group", "tarn", "--meeting", number, "--json")[1])

    assert (again["kept"], again["name"]) == (2, 1)
    assert run(import_attendees, str(file), "--group", "tarn", "--meeting", "999999")[0] == 4
