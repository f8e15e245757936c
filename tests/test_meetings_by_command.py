"""Meetings by command."""

import json

import pytest
from click.testing import CliRunner

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.meetings import meeting
from folkmoot.meetings.models import Meeting, Series
from folkmoot.meetings.operations import add_venue, answer, cancel
from tests import make


@pytest.fixture
def group():
    return make.group(make.person("Ann"), owner=make.person("Olga"), time_zone="Europe/Berlin")


def run(*arguments):
    result = CliRunner().invoke(meeting, list(arguments))
    return result.exit_code, result.stdout


def test_a_meeting_is_planned_and_listed(group):
    add_venue(group, name="Old barn", city="Bochum", by=OPERATOR, via="test")
    code, told = run(
        "create", "tarn", "--title", "Backups", "--start", "2030-07-16T19:00", "--place", "old barn", "--json"
    )
    assert code == 0
    made = Meeting.objects.get(pk=json.loads(told)[0]["id"])
    answer(made, person=group.memberships.get(person__name="Ann").person, answer="yes", via="web")

    code, told = run("list", "tarn", "--from", "2030-07-16", "--to", "2030-07-16", "--json")

    [facts] = json.loads(told)
    assert (facts["start"], facts["end"]) == ("2030-07-16T19:00:00+02:00", "2030-07-16T21:00:00+02:00")
    assert (facts["zone"], facts["uid"], facts["recurrence_id"]) == ("Europe/Berlin", made.uid, None)
    assert facts["place"] == "Old barn, Bochum"
    assert facts["answers"] == {"yes": 1, "maybe": 0, "no": 0, "waiting": 0}
    assert json.loads(run("list", "tarn", "--from", "2030-07-17", "--to", "2030-07-20", "--json")[1]) == []


def test_a_series_is_planned_and_keeps_its_hour_when_clocks_change(group):
    code, _told = run(
        "create",
        "tarn",
        "--title",
        "Evening",
        "--start",
        "2030-10-15T19:00",
        "--rule",
        "FREQ=MONTHLY;BYDAY=3TU;COUNT=3",
    )
    assert (code, Series.objects.get().rule) == (0, "FREQ=MONTHLY;BYDAY=3TU;COUNT=3")
    cancel(Meeting.objects.order_by("slot")[1], by=OPERATOR, via="test")

    found = json.loads(run("list", "tarn", "--from", "2030-10-01", "--json")[1])

    assert [one["start"] for one in found] == [
        "2030-10-15T19:00:00+02:00",
        "2030-11-19T19:00:00+01:00",
        "2030-12-17T19:00:00+01:00",
    ]
    assert found[0]["recurrence_id"] == "2030-10-15T19:00:00"
    assert [one["cancelled"] for one in found] == [False, True, False]
    assert len({one["uid"] for one in found}) == 1


def test_what_is_not_there_and_what_can_not_be_have_their_own_codes(group):
    plain = ("create", "tarn", "--title", "X", "--start", "2030-07-16T19:00")

    assert run(*plain, "--place", "Attic")[0] == 4
    assert run(*plain, "--zone", "Mars/Base")[0] == 3
    assert run(*plain, "--rule", "FREQ=HOURLY")[0] == 3
    assert run("list", "nowhere")[0] == 4
    assert not Meeting.objects.exists()
