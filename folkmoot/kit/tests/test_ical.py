"""Calendars, written and read: ours by us, ours by another reader, and what others send."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit.ical import Attendee, Conference, Entry, Problem, read, read_reply, write
from folkmoot.kit.ical.lines import DEEPEST, LARGEST, folded
from folkmoot.kit.ical.zones import vtimezone
from folkmoot.kit.recurrence import parse
from folkmoot.kit.zones import names, to_local, to_utc

wall = datetime.fromisoformat
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca"]
PLAIN = Entry(uid="one@x", starts=wall("2026-03-05 19:00"), ends=wall("2026-03-05 21:00"), zone="Europe/Berlin")

words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]) | st.sampled_from('\n,;:\\"^ '))
lines = words.map(lambda text: text.strip())
walls = st.datetimes(wall("1990-01-01"), wall("2090-01-01")).map(lambda at: at.replace(microsecond=0))
moments = walls.map(lambda at: at.replace(tzinfo=UTC))
names_of_people = lines.map(lambda text: text.replace("\n", " ").strip())
people = st.builds(
    Attendee,
    st.just("ann@example.org"),
    name=names_of_people.map(lambda text: text[:200]),
    answer=st.sampled_from(["", "ACCEPTED", "NEEDS-ACTION"]),
    is_asked=st.booleans(),
    guests=st.integers(0, 9),
)
entries = st.builds(
    Entry,
    uid=st.uuids().map(str),
    starts=walls,
    ends=st.none(),
    zone=st.sampled_from(ZONES),
    title=lines,
    text=lines,
    location=lines,
    geo=st.none() | st.tuples(st.integers(-90, 90).map(float), st.integers(-180, 180).map(float)),
    url=st.sampled_from(["", "https://example.org/m/1"]),
    conferences=st.lists(st.builds(Conference, st.just("https://m.example/1"), label=names_of_people), max_size=2).map(
        lambda found: tuple(replace(one, label=one.label[:200]) for one in found)
    ),
    categories=st.just(()),
    status=st.sampled_from(["", "CONFIRMED", "TENTATIVE", "CANCELLED"]),
    sequence=st.integers(0, 99),
    rule=st.sampled_from(["", "FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=8"]),
    left_out=st.lists(walls, max_size=3, unique=True).map(lambda found: tuple(sorted(found))),
    extra=st.lists(walls, max_size=3, unique=True).map(lambda found: tuple(sorted(found))),
    recurrence_id=st.none() | walls,
    recurrence_zone=st.just(""),
    organizer=st.none() | people.map(lambda one: replace(one, answer="")),
    attendees=st.lists(people, max_size=2).map(tuple),
    stamp=moments,
    changed_at=moments,
)


@given(st.lists(entries, max_size=3, unique_by=lambda one: one.uid))
def test_what_we_write_we_read_again(written):
    text = write(written, name="Tarn", method="PUBLISH")

    found = read(text.encode())

    assert (found.entries, found.problems, found.method, found.name) == (tuple(written), (), "PUBLISH", "Tarn")
    assert write(written, name="Tarn", method="PUBLISH") == text


@given(entries)
def test_another_reader_reads_the_same(entry):
    [event] = icalendar.Calendar.from_ical(write([entry]).encode()).walk("VEVENT")

    assert str(event.get("SUMMARY", "")) == entry.title
    assert str(event.get("DESCRIPTION", "")) == entry.text
    assert event["DTSTART"].dt.astimezone(UTC) == to_utc(entry.starts, entry.zone)
    assert [str(event["UID"]), int(event["SEQUENCE"])] == [entry.uid, entry.sequence]


@given(words)
def test_no_line_is_longer_than_75_bytes_and_no_character_is_cut(text):
    line = folded("SUMMARY", text.replace("\n", " "))

    assert all(len(part) <= 75 for part in line.encode().split(b"\r\n"))
    assert line.replace("\r\n ", "") == f"SUMMARY:{text.replace(chr(10), ' ')}\r\n"


def test_nobody_begins_a_line_of_their_own():
    evil = "x\r\nATTENDEE:mailto:eve@example.org\r\nX:"
    entry = replace(
        PLAIN, uid=evil, title=evil, text=evil, location=evil, url=evil, categories=(evil,),
        conferences=(Conference(evil, evil),), organizer=Attendee(evil, evil),
    )  # fmt: skip

    assert "\nATTENDEE" not in write([entry], name=evil)


def test_the_end_of_a_rule_is_a_moment_outside_and_wall_time_inside():
    entry = replace(PLAIN, rule="FREQ=WEEKLY;UNTIL=20260601T190000")

    text = write([entry])

    assert "RRULE:FREQ=WEEKLY;UNTIL=20260601T170000Z" in text
    assert read(text.encode()).entries[0].rule == "FREQ=WEEKLY;UNTIL=20260601T190000"


def test_whole_days_have_no_zone():
    entry = replace(PLAIN, is_all_day=True, starts=wall("2026-03-05"), ends=wall("2026-03-07"))
    entry = replace(entry, zone="UTC", stamp=datetime(2026, 1, 1, tzinfo=UTC))

    text = write([entry])

    assert "DTSTART;VALUE=DATE:20260305\r\nDTEND;VALUE=DATE:20260307\r\n" in text
    assert read(text.encode()).entries == (entry,)


def test_one_of_whole_days_that_has_hours_names_its_day_and_one_of_hours_that_takes_days_names_its_hour():
    hours = replace(PLAIN, recurrence_id=wall("2026-03-05"), is_slot_a_day=True, stamp=datetime(2026, 1, 1, tzinfo=UTC))
    days = replace(hours, is_all_day=True, zone="UTC", starts=wall("2026-03-05"), ends=wall("2026-03-06"))
    days = replace(days, recurrence_id=wall("2026-03-05T19:00"), is_slot_a_day=False, recurrence_zone="Europe/Berlin")

    assert "RECURRENCE-ID;VALUE=DATE:20260305\r\n" in write([hours])
    text = write([days])
    assert "DTSTART;VALUE=DATE:20260305\r\n" in text
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20260305T190000\r\n" in text
    assert "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n" in text
    assert read(text.encode()).entries == (days,)


@pytest.mark.parametrize("year", [2015, 2026])
def test_each_zone_says_what_its_clocks_show_for_forty_years(year):
    chance = random.Random(year)
    some = [*chance.sample(sorted(names()), 40), "Africa/Casablanca", "Asia/Jerusalem", "Europe/Dublin", *ZONES[1:]]
    wrong = []
    for name in some:
        theirs, ours = tzical(StringIO(vtimezone(name, year))).get(), ZoneInfo(name)
        for _count in range(40):
            shown = wall(f"{year}-01-02") + timedelta(minutes=chance.randrange(38 * 365 * 1440))
            is_there = to_local(to_utc(shown, name), name) == shown  # dateutil skips times otherwise
            if is_there and shown.replace(tzinfo=theirs).utcoffset() != shown.replace(tzinfo=ours).utcoffset():
                wrong.append((name, shown))

    assert wrong == []


def test_a_zone_by_a_rule_has_two_states_and_one_by_dates_lists_them():
    berlin, casablanca = vtimezone("Europe/Berlin", 2026), vtimezone("Africa/Casablanca", 2026)

    assert [berlin.count(word) for word in ("BEGIN:STANDARD", "BEGIN:DAYLIGHT", "RRULE", "RDATE")] == [1, 1, 2, 0]
    assert casablanca.count("RRULE") == 0
    assert len(casablanca) < 20_000


def calendar(*lines, method="", before=""):
    head = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{f'METHOD:{method}{chr(13)}{chr(10)}' if method else ''}{before}"
    return f"{head}BEGIN:VEVENT\r\n{chr(10).join(lines)}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode()


CUSTOM = """BEGIN:VTIMEZONE
TZID:{}
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ('"Europe/Berlin"', "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin"),
        ("/softwarestudio.org/Olson_20011030_5/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ('"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"', "Europe/Amsterdam"),
        ('"(UTC-05:00) Eastern Time (US & Canada)"', "America/New_York"),
        ("(GMT+09.00) Tokyo / Osaka / Sapporo", "Asia/Tokyo"),
        ("GMT+0300", "Etc/GMT-3"),
    ],
)
def test_zones_of_other_programs_are_known(said, zone):
    [entry] = read(calendar("UID:a", f"DTSTART;TZID={said}:20260305T190000")).entries

    assert (entry.starts, entry.zone) == (wall("2026-03-05 19:00"), zone)


def test_a_zone_that_the_file_makes_itself_is_the_one_with_the_same_clocks():
    raw = calendar("UID:a", "DTSTART;TZID=Ours:20260305T190000", before=CUSTOM.format("Ours"))

    assert read(raw, zone="Europe/Paris").entries[0].zone == "Europe/Paris"
    assert to_utc(wall("2026-07-01"), read(raw).entries[0].zone) == datetime(2026, 6, 30, 22, tzinfo=UTC)


def test_a_zone_that_nobody_knows_is_the_groups_and_is_named():
    found = read(calendar("UID:a", "DTSTART;TZID=Middle Earth:20260305T190000"), zone="Asia/Tokyo")

    assert found.entries[0].zone == "Asia/Tokyo"
    assert found.problems == (Problem("zone", "Middle Earth"),)


def test_floating_times_are_the_groups_and_ends_are_made_of_what_is_said():
    said = {"DURATION:PT90M": wall("2026-03-05 20:30"), "DTEND:20260305T190000Z": wall("2026-03-05 20:00")}

    for line, ends in said.items():
        [entry] = read(calendar("UID:a", "DTSTART:20260305T190000", line), zone="Europe/Berlin").entries
        assert (entry.starts, entry.ends, entry.zone) == (wall("2026-03-05 19:00"), ends, "Europe/Berlin")


def test_hours_pass_while_the_clocks_change_and_days_are_days():
    said = {"PT5H": "2026-03-29 05:00", "P1D": "2026-03-29 23:00", "PT1H": "2026-03-29 00:00"}

    for length, ends in said.items():
        lines = ["UID:a", "DTSTART:20260328T230000", f"DURATION:{length}"]
        assert read(calendar(*lines), zone="Europe/Berlin").entries[0].ends == wall(ends)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["SUMMARY:No name", "DTSTART:20260305T190000Z"], "no-uid"),
        (["UID:a"], "no-start"),
        (["UID:a", "DTSTART:tomorrow"], "time"),
        (["UID:a", "DTSTART:00000000T000000"], "time"),
        (["UID:a", "DTSTART:20260305T190000Z", "DTEND:20260304T190000Z"], "end"),
        (["UID:a", "DTSTART:20260305T190000Z", "DURATION:soon"], "end"),
        (["UID:a", "DTSTART:20260305T190000Z", "RRULE:FREQ=SECONDLY"], "rule"),
        (["UID:a", "DTSTART:20260305T190000Z", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"], "two-rules"),
        (["UID:a", "DTSTART:20260305T190000Z", "EXRULE:FREQ=DAILY"], "left-out-rule"),
        (["UID:a", "DTSTART:20260305T190000Z", "EXDATE:never"], "time"),
        (["UID:a", "DTSTART:20260305T190000Z", "BEGIN:VALARM", "END:VALARM"], "alarm"),
        (["UID:a", "DTSTART:20260305T190000Z", "?"], "line"),
    ],
)
def test_what_is_not_understood_is_named(lines, problem):
    assert [one.kind for one in read(calendar(*lines)).problems] == [problem]


def test_of_two_with_one_name_the_later_counts_and_one_of_a_series_stands_beside_it():
    two = [replace(PLAIN, title="Old"), replace(PLAIN, title="New", sequence=2), replace(PLAIN, title="Late")]
    override = replace(PLAIN, recurrence_id=wall("2026-03-12 19:00"))

    found = read(write([*two, override]).encode())

    assert [one.title for one in found.entries] == ["New", ""]
    assert [one.kind for one in found.problems] == ["twice", "twice"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0" * 100,
        b"BEGIN:VEVENT\r\nEND:VEVENT",
        b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * (DEEPEST + 1),
        b"x" * (LARGEST + 1),
        b"BEGIN:VCALENDAR\n" + b"A:\n" * 500_000,
    ],
)
def test_what_is_no_calendar_or_too_much_is_refused(raw):
    with pytest.raises(ValueError):
        read(raw)


@given(st.binary(max_size=200))
def test_whatever_stands_in_a_calendar_ends_well(noise):
    read(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260305T190000Z\n" + noise + b"\nEND:VEVENT\nEND:VCALENDAR")


def test_at_most_so_many_entries_are_read():
    raw = b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nUID:a\nEND:VEVENT\n" * 20_001 + b"END:VCALENDAR"

    assert Problem("too-many", "20001") in read(raw).problems or len(read(raw).problems) == 1000


def reply(*lines, method="REPLY"):
    return calendar("UID:one@x", "DTSTAMP:20260301T100000Z", "SEQUENCE:3", *lines, method=method)


def test_an_answer_is_read():
    said = "ATTENDEE;CN=Ann;PARTSTAT=TENTATIVE;X-NUM-GUESTS=2:mailto:Ann@Example.org"

    found = read_reply(reply(said, "COMMENT:Late\\, sorry", "RECURRENCE-ID;TZID=Europe/Berlin:20260305T190000"))

    assert (found.uid, found.attendee, found.answer, found.sequence) == ("one@x", "Ann@Example.org", "maybe", 3)
    assert (found.comment, found.guests) == ("Late, sorry", 2)
    assert found.said_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert found.recurrence_id == datetime(2026, 3, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@x", method="COUNTER"), "not a reply but COUNTER"),
        (reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@x", method=""), "not a reply but nothing"),
        (reply(), "0 people"),
        (reply("ATTENDEE:mailto:a@x"), "no answer"),
        (reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@x", "ATTENDEE;PARTSTAT=DECLINED:mailto:b@x"), "2 people"),
        (b"nothing", "no calendar"),
    ],
)
def test_what_is_no_answer_is_refused_with_the_reason(raw, why):
    with pytest.raises(ValueError, match=why):
        read_reply(raw)


def test_rules_are_read_by_the_clocks_of_their_series():
    entry = read(
        calendar("UID:a", "DTSTART;TZID=Europe/Berlin:20260305T190000", "RRULE:FREQ=WEEKLY;UNTIL=20260402T170000Z")
    )

    assert parse(entry.entries[0].rule).until == wall("2026-04-02 19:00")
