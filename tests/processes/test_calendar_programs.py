"""Real calendar programs, vdirsyncer and khal, read ours: by feed and by CalDAV they show the times that we mean.

They need a folder of their own, for they share libraries with us that we have in other versions:
python3 -m venv FOLDER && FOLDER/bin/pip install vdirsyncer khal
pytest tests/processes/test_calendar_programs.py --calendar-programs FOLDER/bin
"""

import os
import subprocess

import pytest

from tests.processes.running import Installation

pytestmark = [pytest.mark.processes, pytest.mark.calendar_programs, pytest.mark.timeout(300)]

PLANNED = """
from datetime import datetime, timedelta
from django.utils.timezone import now
from folkmoot.accounts.models import OPERATOR
from folkmoot.doors.calendars.operations import make_key
from folkmoot.groups.models import Group
from folkmoot.kit.zones import to_local
from folkmoot.meetings import operations
from folkmoot.meetings.models import Meeting
group, by = Group.objects.get(slug="tarn"), {"by": OPERATOR, "via": "test"}
begin = datetime.fromisoformat(f"{now() + timedelta(days=5):%Y-%m-%d} 19:00")
for zone, hours in (("Europe/Berlin", 0), ("America/New_York", -2), ("Asia/Kathmandu", 1), ("UTC", 2)):
    first = begin + timedelta(hours=hours)
    what = {"title": f"Series {zone}", "rule": "FREQ=WEEKLY;INTERVAL=2", "zone": zone}
    series = operations.plan_series(group, starts=first, left_out=[first + timedelta(days=28)], **what, **by)
    rows = list(series.meetings.order_by("slot"))
    operations.change_meeting(rows[3], starts=rows[3].starts.replace(tzinfo=None) + timedelta(days=1), **by)
    operations.change_meeting(rows[5], title=f"Special {zone}", **by)
    begun = begin + timedelta(days=2)
    operations.plan_meeting(group, title=f"Single {zone}", starts=begun, zone=zone, minutes=90, **by)
print(make_key(group.memberships.get().person, name="Test")[1])
"""
OURS = """
from folkmoot.kit.zones import to_local
from folkmoot.meetings.models import Meeting
for one in Meeting.objects.in_order():
    starts, ends = (to_local(at, "Europe/Berlin") for at in (one.starts_at, one.ends_at))
    print(f"{starts:%Y-%m-%d %H:%M} {ends:%H:%M} {one.title}")
"""
SYNC = """
[general]
status_path = "{folder}/status/"
[pair feed]
a = "feed_there"
b = "feed_here"
collections = null
[storage feed_there]
type = "http"
url = "http://127.0.0.1:{port}/calendars/{secret}.ics"
[storage feed_here]
type = "filesystem"
path = "{folder}/feed/"
fileext = ".ics"
[pair dav]
a = "dav_there"
b = "dav_here"
collections = ["mine"]
conflict_resolution = "a wins"
[storage dav_there]
type = "caldav"
url = "http://127.0.0.1:{port}/dav/"
username = "ann@example.org"
password = "{secret}"
read_only = true
[storage dav_here]
type = "filesystem"
path = "{folder}/dav/"
fileext = ".ics"
"""
SHOW = """
[calendars]
[[{name}]]
path = {path}
[locale]
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {path}.db
"""


@pytest.fixture
def program(request):
    folder = request.config.getoption("--calendar-programs")

    def run(name, *arguments, **env):
        line = [f"{folder}/{name}", *arguments]
        done = subprocess.run(line, capture_output=True, text=True, env={**os.environ, **env}, check=False, timeout=120)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    return run


def test_they_show_what_we_mean(tmp_path, program):
    home = tmp_path / "home"
    home.mkdir()
    there = Installation(home)
    there.command("group", "create", "tarn", "--owner", "ann@example.org")
    secret = there.python(PLANNED).strip()
    ours = there.python(OURS).split("\n")[:-1]
    (tmp_path / "sync").write_text(SYNC.format(folder=tmp_path, port=there.web, secret=secret))
    (tmp_path / "dav" / "mine").mkdir(parents=True)
    with there.serving():
        for pair in ("feed", "dav"):
            program("vdirsyncer", "-c", str(tmp_path / "sync"), "discover", "--no-list", pair)
            program("vdirsyncer", "-c", str(tmp_path / "sync"), "sync", pair)

    for name, path in (("feed", tmp_path / "feed"), ("dav", tmp_path / "dav" / "mine")):
        assert len(list(path.glob("*.ics"))) == 8, name
        (tmp_path / f"{name}.conf").write_text(SHOW.format(name=name, path=path))
        shown = program("khal", "-c", str(tmp_path / f"{name}.conf"), "list", "--notstarted", "--once", "--day-format",
                        "", "--format", "{start-date} {start-time} {end-time} {title}", "now", "350d")  # fmt: skip
        within = [one for one in ours if one[:10] <= shown.strip().splitlines()[-1][:10]]
        assert sorted(line.strip() for line in shown.splitlines() if line.strip()) == sorted(within), name
