"""The commands that bring meetings in and take them out, as a person types them."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli import commands
from folkmoot.kit import ical
from folkmoot.kit.zones import to_local
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.operations import change_meeting, plan_series
from tests import make

BY = {"by": OPERATOR, "via": "test"}


def run(verb, *arguments):
    done = CliRunner().invoke({one.name: one for one in commands.ALL}[verb], [str(one) for one in arguments])
    return done.exit_code, done.output


@pytest.fixture
def tarn():
    return make.group(time_zone="Europe/Berlin")


def rows(group):
    found = Meeting.objects.filter(group=group).order_by("starts_at", "title")
    return [(one.title, one.starts_at, one.ends_at, one.slot, bool(one.cancelled_at), one.link) for one in found]


def test_what_goes_out_comes_in_elsewhere_as_it_was(tarn, tmp_path):
    make.meeting(tarn, link="https://meet.example/x", title="Cheese")
    series = plan_series(tarn, title="Open hour", starts=to_local(now() + timedelta(days=3), "UTC"), zone="Asia/Tokyo",
                         rule="FREQ=WEEKLY;COUNT=4", **BY)  # fmt: skip
    row = series.meetings.order_by("slot")[1]
    change_meeting(row, starts=row.starts.replace(tzinfo=None) + timedelta(hours=2), title="Special", **BY)
    make.meeting(tarn, title="Draft", is_draft=True)
    other, path = make.group(slug="other", time_zone="America/New_York"), tmp_path / "tarn.ics"

    code, told = run("export", "ics", "--group", "tarn", path)
    assert (code, told) == (0, f"3 entries, 1 of them series, are in {path}\n")
    code, told = run("import", "ics", path, "--group", "other", "--dry-run")
    assert (code, told.splitlines()[0]) == (0, "5 meetings are new, 0 changed, 0 as they were, nothing written:")
    assert not other.meetings.exists()
    assert run("import", "ics", path, "--group", "other")[0] == 0

    assert rows(other) == [one for one in rows(tarn) if one[0] != "Draft"]
    code, told = run("import", "ics", path, "--group", "other", "--json")
    assert json.loads(told) | {"remarks": 0} == {
        "new": 0, "changed": 0, "same": 5, "series": 0, "venues": 0, "talks": 0, "kept": [], "refused": [],
        "remarks": 0, "dry_run": False,
    }  # fmt: skip


def test_what_does_not_map_is_named(tarn, tmp_path):
    path = tmp_path / "x.ics"
    person = ical.Attendee("ann@example.org")
    entry = ical.Entry(uid="a", starts=to_local(now(), "UTC"), title="Cheese", attendees=(person,))
    todo = "BEGIN:VTODO\r\nSUMMARY:Buy bread\r\nEND:VTODO\r\n"
    path.write_text(ical.write([entry]).replace("END:VCALENDAR", f"{todo}END:VCALENDAR"))

    code, told = run("import", "ics", path, "--group", "tarn")

    assert code == 0
    assert "1 tasks, which are left out" in told
    assert "todo: Buy bread" in told
    assert "1 people are invited there" in told


def test_a_list_is_brought_by_command(tarn, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("title,start\nCheese,2020-03-05T19:00:00\nBread,soon\n")

    code, told = run("import", "meetings", path, "--group", "tarn")

    assert code == 0
    assert told.splitlines()[0] == "1 meetings are new, 0 changed, 0 as they were:"
    assert "2: Invalid isoformat string: 'soon'" in told


def test_what_cannot_be_read_says_why(tarn, tmp_path):
    path = tmp_path / "x.ics"
    path.write_text("x")

    assert run("import", "ics", path, "--group", "tarn")[0] == 6
    assert run("import", "ics", tmp_path / "none", "--group", "tarn")[0] == 4
    assert run("import", "ics", "https://127.0.0.1/x.ics", "--group", "tarn")[0] == 6
    assert run("export", "ics", "--group", "tarn", path)[0] == 2
