"""Meetings of groups as collections keep them, brought by the command; the files stand in tests/elsewhere."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from folkmoot.config.cli import commands
from folkmoot.meetings.models import AgendaItem, Meeting, Proposal, Venue
from folkmoot.outbox.models import Event
from tests import make

HERE = Path(__file__).parent / "elsewhere"


def run(source, *options):
    verbs = {one.name: one for one in commands.ALL}
    done = CliRunner().invoke(verbs["import"], ["meetings", str(source), "--group", "tarn", "--json", *options])
    return done.exit_code, json.loads(done.stdout) if done.exit_code == 0 else done.output


def counts(told):
    return {name: told[name] for name in ("new", "changed", "same", "venues", "talks")}


@pytest.fixture
def tarn():
    return make.group(time_zone="Europe/Berlin")


def when(meeting):
    return f"{meeting.starts:%Y-%m-%d %H:%M}", meeting.minutes, meeting.zone


def test_a_folder_of_a_group_becomes_its_meetings(tarn):
    code, told = run(HERE / "bees")

    assert (code, counts(told)) == (0, {"new": 5, "changed": 0, "same": 0, "venues": 3, "talks": 4})
    assert told["refused"] == []
    assert [(one.title, *when(one)) for one in Meeting.objects.order_by("starts_at")] == [
        ("Bees March 2024", "2024-03-05 00:00", 1440, "Europe/Vienna"),
        ("Bees April 2024", "2024-04-02 18:30", 90, "Europe/Vienna"),
        ("Bees May 2024", "2024-05-07 00:00", 1440, "Europe/Vienna"),
        ("Bees in Lyon", "2024-06-04 00:00", 1440, "Europe/Paris"),
        ("Bees Camp 2024", "2024-09-06 00:00", 3 * 1440, "Europe/Vienna"),
    ]
    assert [one.title for one in Meeting.objects.exclude(cancelled_at=None)] == ["Bees May 2024"]
    hive = Venue.objects.get(name="The Hive")
    assert (hive.address, hive.city, hive.country, hive.latitude) == ("Wabengasse 1", "Vienna", "AT", 48.21)
    assert hive.directions == "Ring twice."
    places = {one.uid: one.venue and one.venue.name for one in Meeting.objects.select_related("venue")}
    assert places == {
        "bees-march-2024": "The Hive",
        "zoe-bees-april-2024": "The Hive",
        "bees-may-2024": None,
        "bees-in-lyon-2024": "Lyon, France",
        "bees-camp-2024": "Graz, Austria",
    }


def test_talks_come_with_their_speakers_as_names_and_with_their_recordings(tarn):
    run(HERE / "bees")

    rows = AgendaItem.objects.select_related("proposal").order_by("meeting__starts_at", "position")
    told = [(one.title, one.proposal.speaker_says, one.proposal.speaker, one.recording, one.minutes) for one in rows]
    assert told == [
        ("Keeping bees awake", "Ann Honey, Bob Comb", None, "https://www.youtube.com/watch?v=abcdefghijk&t=270", 30),
        ("Wax", "Eve Wax", None, "https://videos.example/wax.mp4", 0),
        ("Smoke", "Zoe Smoke", None, "https://vimeo.com/123456789", 0),
        ("Opening", "Ann Honey", None, "", 0),
    ]  # fmt: skip
    assert Proposal.objects.get(title="Wax").minutes == 0
    assert Proposal.objects.get(uid="ann-bees-march-2024").abstract == (
        "All about coffee.\n\n- [Slides](<https://slides.example/ann>)"
    )
    march = Meeting.objects.get(uid="bees-march-2024")
    assert march.about == "The first one of the year.\n\n<https://www.youtube.com/watch?v=abcdefghijk>"
    told = set(Event.objects.values_list("kind", flat=True)) & {"talk.scheduled", "meeting.announced", "proposal.made"}
    assert told == set()


def test_the_report_names_what_does_not_map(tarn):
    _code, told = run(HERE / "bees" / "bees-meetup", "--dry-run")

    assert told["remarks"] == [
        "known by their day only, they stand as whole days (--time gives them an hour): 3",
        "talks with another day than their meeting, they stand at the meeting's: 1",
        "online, without an address to join by: without a place: 1",
        "recordings at “peertube”, of which no address is known: 1",
        "videos.yml, 5: no day: 2024-13-01",
        "not taken: announced_at (1), thumbnails (1)",
    ]
    assert told["dry_run"]
    assert (Meeting.objects.count(), Venue.objects.count(), Proposal.objects.count()) == (0, 0, 0)


def test_brought_twice_nothing_doubles_and_what_was_done_here_stays(tarn):
    run(HERE / "bees")
    ann = make.person("Ann Honey")
    Proposal.objects.filter(uid="ann-bees-march-2024").update(speaker=ann, speaker_name="")
    AgendaItem.objects.filter(title="Opening").update(recording="https://videos.example/opening")
    AgendaItem.objects.get(title="Wax").delete()

    code, told = run(HERE / "bees")

    assert (code, counts(told)) == (0, {"new": 0, "changed": 0, "same": 5, "venues": 0, "talks": 0})
    assert Proposal.objects.get(uid="ann-bees-march-2024").speaker == ann
    assert AgendaItem.objects.get(title="Opening").recording == "https://videos.example/opening"
    assert sorted(AgendaItem.objects.values_list("title", flat=True)) == ["Keeping bees awake", "Opening", "Smoke"]


def test_what_has_changed_there_is_changed_here(tarn, tmp_path):
    there = HERE / "bees" / "bees-meetup"
    videos = tmp_path / "videos.yml"
    videos.write_text((there / "videos.yml").read_text())
    run(tmp_path)
    videos.write_text(videos.read_text().replace('Wax"', 'Candles"').replace("Eve Wax", "Eve Candle"))

    _code, told = run(videos)

    assert counts(told) == {"new": 0, "changed": 1, "same": 3, "venues": 0, "talks": 0}
    item = AgendaItem.objects.select_related("proposal").get(title="Candles")
    assert (item.proposal.title, item.proposal.speaker_name) == ("Candles", "Eve Candle")
    assert "no time zone is stated; the group's is taken" in told["remarks"]
    assert Meeting.objects.get(uid="bees-march-2024").zone == "Europe/Berlin"


def test_an_hour_that_is_named_is_that_of_those_without_one(tarn):
    _code, told = run(HERE / "bees" / "bees-meetup" / "videos.yml", "--time", "19:00")

    assert told["remarks"][0] == "known by their day only, they begin at 19:00 as you said: 3"
    assert when(Meeting.objects.get(uid="bees-march-2024")) == ("2024-03-05 19:00", 120, "Europe/Vienna")
    assert when(Meeting.objects.get(uid="zoe-bees-april-2024")) == ("2024-04-02 18:30", 90, "Europe/Vienna")
    assert run(HERE / "bees", "--time", "seven")[0] == 2


def test_workshops_come_with_counts_and_the_zone_of_the_nearest_town(tarn):
    code, told = run(HERE / "workshops.csv")

    assert (code, counts(told)) == (0, {"new": 4, "changed": 0, "same": 0, "venues": 3, "talks": 0})
    rows = Meeting.objects.select_related("venue").order_by("starts_at")
    assert [(one.title, one.counted, one.zone, one.venue and (one.venue.city, one.venue.country)) for one in rows] == [
        ("Software Carpentry · University of Bonn", 21, "Europe/Berlin", ("Bonn", "DE")),
        ("Instructor training · Software Carpentry", 30, "Europe/Berlin", None),
        ("Data Carpentry · South Pole", None, "Europe/Berlin", ("", "AQ")),
        ("Library Carpentry · Nowhere", None, "Europe/Berlin", ("", "US")),
    ]
    assert rows[0].about == "<https://bonn.example/2016-02-01/>"
    assert told["remarks"] == [
        "known by their day only, they stand as whole days (--time gives them an hour): 4",
        "online, without an address to join by: without a place, by the group's clocks: 1",
        "further than 300 km from any town: by the group's clocks: 1",
        "marked “unresponsive”, for which a meeting has no field: 1",
        "without a count of who came: 2",
        "without coordinates that can be: by the group's clocks: 1",
        "with something that is no address of a page: 1",
        "5: day is out of range for month",
    ]
    assert counts(run(HERE / "workshops.csv")[1])["same"] == 4


def test_a_list_of_groups_says_what_it_is_and_what_can_be_done(tarn):
    code, told = run(HERE / "groups.csv")

    assert (code, counts(told)["new"]) == (0, 0)
    first, *rows = told["remarks"]
    assert first.startswith("this is a list of groups, not of meetings: it counts past meetings")
    assert "folkmoot group create" in first
    assert rows == [
        "1: the group “Bonn R” in Bonn, Germany, zone Europe/Berlin, founded on 2017-12-06, 42 members, "
        "past meetings: 10, the last on 2019-11-25, to come: 1, https://groups.example/bonn-r",
        "2: the group “Quiet R”, founded on 2018-01-01, 3 members, past meetings: 0, to come: 0",
    ]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("videos.yml", "- &a {id: x}\n- *a\n", "it refers to another part of the file"),
        ("videos.yml", "id: x\n", "it holds no list"),
        ("event.yml", "- x\n", "it holds no table"),
        ("event.yml", "a: [", "event.yml can't be read: line"),
    ],
)
def test_files_that_can_not_be_read_are_named_and_nothing_comes(tarn, tmp_path, name, text, words):
    (tmp_path / name).write_text(text)

    code, told = run(tmp_path)

    assert (code, counts(told)["new"]) == (0, 0)
    assert words in told["remarks"][0]


def test_a_folder_without_meetings_is_none(tarn, tmp_path):
    code, told = run(tmp_path)

    assert code == 6
    assert "neither" in told


@pytest.mark.parametrize(
    "entry",
    [
        "- x", "- {}", "- {date: 2024-03-05}",
        "- {id: x, title: [], date: {a: b}}",
        "- {title: A, date: 2024-03-05, talks: x}",
        "- {title: A, date: 2024-03-05, talks: [x]}", "- {title: A, date: 2024-03-05, talks: [{}]}",
        "- {title: A, date: 2024-03-05, time: noon, talks: []}", "- {title: A, date: 9999-12-31, talks: []}",
        "- {title: A, date: 2024-03-05, location: [x], speakers: {a: b}, video_provider: youtube, video_id: '<b>'}",
    ],
)  # fmt: skip
def test_entries_that_are_odd_are_named_or_come_and_never_break_it(tarn, tmp_path, entry):
    (tmp_path / "videos.yml").write_text(entry)

    code, told = run(tmp_path)

    assert code == 0
    assert Meeting.objects.count() == told["new"]
    assert told["new"] + len(told["refused"]) + sum("videos.yml, 1" in one for one in told["remarks"]) == 1
    assert not AgendaItem.objects.exclude(recording="").exists()


def test_a_list_of_ours_with_a_day_only_says_so(tarn, tmp_path):
    (tmp_path / "past.csv").write_text("title,start\nCheese,2024-03-05\nBread,2024-03-06T19:00\n")

    _code, told = run(tmp_path / "past.csv")

    assert told["remarks"] == ["known by their day only, they stand as whole days (--time gives them an hour): 1"]
    assert [one.starts for one in Meeting.objects.order_by("starts_at")] == [
        datetime.fromisoformat("2024-03-05T00:00Z"),
        datetime.fromisoformat("2024-03-06T19:00Z"),
    ]
