"""Calendars as other programs fetch them."""

from datetime import datetime, timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.doors.calendars.entries import entries, single
from folkmoot.doors.calendars.operations import make_key, remove_keys
from folkmoot.doors.calendars.sheets import everything
from folkmoot.groups.operations import deny, leave, rename
from folkmoot.kit.ical import Calendar, Entry, read, write
from folkmoot.kit.recurrence import between, parse
from folkmoot.meetings.links import add_to_calendar
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.operations import (
    add_venue,
    answer,
    bring_meetings_along,
    cancel,
    change_meeting,
    change_venue,
    end_series,
    plan_meeting,
    plan_series,
    uncancel,
    withdraw_answer,
)
from folkmoot.meetings.plans import of_calendar
from tests import make

SOON = datetime.fromisoformat(f"{now() + timedelta(days=9):%Y-%m-%d} 19:00")
BY = {"by": OPERATOR, "via": "test"}


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann):
    return make.group(ann, time_zone="Europe/Berlin")


@pytest.fixture
def inside(ann):
    return make.group(ann, slug="inside", visibility="hidden")


@pytest.fixture
def address(ann):
    return f"/calendars/{make_key(ann, name='Phone')[1]}.ics"


def weekly(group, **more):
    what = {"title": "Open hour", "starts": SOON, "rule": "FREQ=WEEKLY;COUNT=6", "room": "Hall", **BY}
    series = plan_series(group, zone="Europe/Berlin", **(what | more))
    return series, list(series.meetings.order_by("slot"))


def found(answer):
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = read(answer.content, zone="UTC")
    assert calendar.problems == ()
    return calendar.entries


def titles(answer):
    return sorted(one.title for one in found(answer))


def test_a_stranger_sees_what_strangers_may(client, tarn, inside):
    meeting = make.meeting(tarn, title="Cheese; bread, wine", about="# Hello\nall")
    make.meeting(tarn, title="Draft", is_draft=True)
    make.meeting(inside, title="Secret")

    [entry] = found(client.get("/g/tarn/meetings.ics"))

    assert (entry.uid, entry.title, entry.zone) == (meeting.uid, "Cheese; bread, wine", "Europe/Berlin")
    assert (entry.location, entry.status, entry.sequence) == ("Town hall", "CONFIRMED", 0)
    assert entry.starts == meeting.starts.replace(tzinfo=None)
    assert entry.ends - entry.starts == timedelta(minutes=120)
    assert entry.url == f"http://localhost:8000/g/tarn/meetings/{meeting.pk}"
    assert entry.text == f"# Hello\nall\n\n{entry.url}"
    assert client.get("/g/inside/meetings.ics").status_code == 404


def test_one_meeting_is_a_file_by_its_own_name(client, tarn, inside):
    _series, rows = weekly(tarn)
    hidden = make.meeting(inside)

    answer = client.get(f"/g/tarn/meetings/{rows[1].pk}.ics")

    [entry] = found(answer)
    assert (entry.uid, entry.rule) == (rows[1].uid, "")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="meeting-{rows[1].pk}.ics"'
    assert client.get(f"/g/inside/meetings/{hidden.pk}.ics").status_code == 404
    assert client.get(f"/g/tarn/meetings/{hidden.pk}.ics").status_code == 404


def test_a_series_is_one_entry_with_its_rule(client, tarn):
    extra, out = SOON + timedelta(days=1), SOON + timedelta(days=14)
    series, rows = weekly(tarn, extra=[extra], left_out=[out])

    [entry] = found(client.get("/g/tarn/meetings.ics"))

    assert (entry.uid, entry.starts, entry.rule) == (series.uid, SOON, "FREQ=WEEKLY;COUNT=6")
    assert (entry.extra, entry.left_out) == ((extra,), (out,))
    assert len(rows) == 6


@pytest.mark.parametrize(("day", "hour"), [("2026-03-28", 5), ("2026-10-24", 3)])
def test_what_goes_on_while_the_clocks_change_ends_when_it_is_over(tarn, day, hour):
    starts = datetime.fromisoformat(f"{day} 23:00")
    meeting = change_meeting(make.meeting(tarn, minutes=300), starts=starts, **BY)
    series, _rows = weekly(tarn, starts=starts, minutes=300)

    alone, master = single(meeting, comes=False), next(one for one in entries(everything(tarn)) if one.rule)

    assert master.uid == series.uid
    assert [one.ends.hour for one in (alone, master)] == [hour, hour]
    assert [one.minutes for one in of_calendar(Calendar((alone, master)), zone="UTC")] == [300, 300]


def test_each_that_is_otherwise_stands_beside_its_series(client, tarn):
    series, rows = weekly(tarn)
    change_meeting(rows[1], starts=SOON + timedelta(days=8, hours=1), **BY)
    change_meeting(rows[2], title="Special", **BY)
    cancel(rows[3], why="Snow", **BY)

    master, moved, special, off = found(client.get("/g/tarn/meetings.ics"))

    assert {one.uid for one in (master, moved, special, off)} == {series.uid}
    slots = [SOON + timedelta(weeks=number) for number in (1, 2, 3)]
    assert [one.recurrence_id for one in (moved, special, off)] == slots
    assert moved.starts == SOON + timedelta(days=8, hours=1)
    assert (special.title, special.starts) == ("Special", slots[1])
    assert (off.status, off.text.startswith("Snow")) == ("CANCELLED", True)


def test_a_series_that_ended_has_an_end_and_what_was_called_off_with_it_is_gone(client, tarn):
    _series, rows = weekly(tarn)
    end_series(rows[4], **BY)

    [entry] = found(client.get("/g/tarn/meetings.ics"))

    times = between(parse(entry.rule), entry.starts, start=SOON, end=SOON + timedelta(days=99))
    assert times == [SOON + timedelta(weeks=number) for number in range(4)]


def test_a_series_that_ended_before_its_first_meeting_is_gone_but_for_what_takes_place_after_all(client, tarn):
    series, rows = weekly(tarn)
    end_series(rows[0], **BY)
    assert found(client.get("/g/tarn/meetings.ics")) == ()

    uncancel(rows[2], **BY)
    [entry] = found(client.get("/g/tarn/meetings.ics"))
    assert (entry.uid, entry.starts, entry.rule) == (rows[2].uid, SOON + timedelta(weeks=2), "")

    uncancel(rows[0], **BY)
    [entry] = found(client.get("/g/tarn/meetings.ics"))
    assert (entry.uid, entry.starts, entry.extra) == (series.uid, SOON, (SOON, SOON + timedelta(weeks=2)))


def test_one_that_was_added_after_the_end_of_the_rule_and_called_off_is_gone(client, tarn):
    extra = SOON + timedelta(weeks=9)
    _series, rows = weekly(tarn, rule=f"FREQ=WEEKLY;UNTIL={SOON + timedelta(weeks=1):%Y%m%dT%H%M%S}", extra=[extra])
    assert [one.extra for one in found(client.get("/g/tarn/meetings.ics"))] == [(extra,)]

    cancel(rows[-1], **BY)

    assert [one.extra for one in found(client.get("/g/tarn/meetings.ics"))] == [()]


def test_the_way_in_is_told_to_those_who_come_and_to_nobody_else(client, tarn, ann, address):
    online = {"link": "https://meet.example/x", "dial_in": "+49 30 123", "pin": "4711", "room": ""}
    meeting = make.meeting(tarn, **online)
    _series, rows = weekly(tarn, **online)

    for one in (client.get("/g/tarn/meetings.ics"), client.get(address)):
        assert "meet.example" not in one.content.decode()
        assert "4711" not in one.content.decode()
    for one in (meeting, rows[1]):
        answer(one, person=ann, answer="yes", place="online", **BY | {"by": ann})

    open_ones = [one for one in found(client.get(address)) if one.conferences]
    assert {(one.uid, one.recurrence_id) for one in open_ones} == {
        (meeting.uid, None),
        (rows[1].series.uid, SOON + timedelta(weeks=1)),
    }
    assert [way.address for way in open_ones[0].conferences] == ["https://meet.example/x", "tel:+4930123"]
    assert "PIN: 4711" in open_ones[0].text
    assert "meet.example" not in client.get("/g/tarn/meetings.ics").content.decode()


def test_ones_own_calendar_has_all_groups_or_only_what_one_comes_to(client, tarn, inside, ann, address):
    make.meeting(make.group(slug="other"), title="Elsewhere")
    first, second = make.meeting(tarn, title="First"), make.meeting(inside, title="Second")
    _series, rows = weekly(tarn)
    answer(second, person=ann, answer="maybe", **BY | {"by": ann})
    answer(rows[2], person=ann, answer="yes", **BY | {"by": ann})
    answer(first, person=ann, answer="no", **BY | {"by": ann})

    assert titles(client.get(address)) == ["First", "Open hour", "Second"]
    coming = found(client.get(f"{address}?only=coming"))
    assert [(one.uid, one.status, one.rule) for one in coming] == [
        (second.uid, "TENTATIVE", ""),
        (rows[2].uid, "CONFIRMED", ""),
    ]


def test_a_calendar_of_one_group_by_the_same_secret(client, tarn, inside, ann, address):
    make.meeting(inside, title="Secret")
    of_group = address.replace(".ics", "/inside.ics")
    eve = make_key(make.person("Eve"), name="Phone")[1]

    assert titles(client.get(of_group)) == ["Secret"]
    assert client.get(f"/calendars/{eve}/inside.ics").status_code == 404
    rename(inside, slug="within", by=Person.objects.at("olga@example.org"), via="test")
    moved = client.get(of_group)
    assert (moved.status_code, moved.headers["Location"]) == (301, address.replace(".ics", "/within.ics"))


def test_whoever_left_sees_nothing_of_the_group_from_now_on(client, tarn, inside, ann, address):
    make.meeting(inside, title="Secret")
    before = client.get(address)
    assert titles(before) == ["Secret"]

    leave(ann.memberships.get(group=inside), via="test")

    after = client.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert titles(after) == []
    assert client.get(address.replace(".ics", "/inside.ics")).status_code == 404


def test_a_secret_that_was_stopped_or_of_somebody_locked_out_is_worth_nothing(client, tarn, ann, address):
    assert client.get(address).status_code == 200
    Person.objects.filter(pk=ann.pk).update(is_active=False)
    assert client.get(address).status_code == 404
    Person.objects.filter(pk=ann.pk).update(is_active=True)
    remove_keys(ann)
    assert client.get(address).status_code == client.get("/calendars/nothing.ics").status_code == 404


def test_a_secret_calendar_is_nobody_elses_to_keep(client, tarn, address):
    answer = client.get(address)

    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Folkmoot-Keep" not in answer.headers
    assert client.get("/g/tarn/meetings.ics").headers["Folkmoot-Keep"] == "yes"


def test_nothing_is_sent_again_until_something_is_otherwise(client, tarn, ann, address):
    venue = add_venue(tarn, name="Library", **BY)
    meeting = make.meeting(tarn, venue=venue)
    _series, rows = weekly(tarn)

    def is_new():
        known = client.get(address, headers={"If-None-Match": is_new.tag})
        is_new.tag = known.headers["ETag"]
        return known.status_code == 200

    is_new.tag = "nothing"
    assert [is_new(), is_new()] == [True, False]
    for change in (
        lambda: change_meeting(meeting, title="Other", **BY),
        lambda: change_meeting(rows[0], room="Cellar", **BY),
        lambda: cancel(rows[1], **BY),
        lambda: change_venue(venue, name="Books", **BY),
        lambda: change_venue(venue, latitude=52.5, longitude=13.4, **BY),
        lambda: answer(meeting, person=ann, answer="yes", **BY | {"by": ann}),
        lambda: withdraw_answer(Rsvp.objects.get(), **BY),
        lambda: make.meeting(tarn),
        lambda: end_series(rows[3], **BY),
    ):
        change()
        assert [is_new(), is_new()] == [True, False]


def test_the_same_text_comes_each_time(client, tarn, address):
    make.meeting(tarn)
    weekly(tarn)

    assert client.get(address).content == client.get(address).content


def test_what_takes_whole_days_is_told_by_days_also_where_the_clocks_change(client, tarn):
    day = datetime.fromisoformat(f"{now().year + 1}-03-20 00:00")
    plan_meeting(tarn, title="Camp", starts=day, minutes=14 * 24 * 60, **BY)  # over the last Sunday of March
    plan_meeting(tarn, title="Night", starts=day, minutes=60, **BY)

    text = client.get("/g/tarn/meetings.ics").content.decode()

    ends = day + timedelta(days=14)
    assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\nDTEND;VALUE=DATE:{ends:%Y%m%d}\r\n" in text
    assert text.count("VALUE=DATE:") == 2
    alone = single(Meeting.objects.get(title="Camp"), comes=False)
    assert (alone.is_all_day, alone.starts, alone.ends) == (True, day, ends)
    assert f"dates={day:%Y%m%d}%2F{ends:%Y%m%d}&" in add_to_calendar(Meeting.objects.get(title="Camp")).google


def test_days_that_came_from_elsewhere_go_out_as_days_again(client, tarn):
    day = datetime.fromisoformat(f"{now() + timedelta(days=9):%Y-%m-%d}")
    week = timedelta(days=7)
    more = {"uid": "camp@x", "title": "Camp", "is_all_day": True, "starts": day, "ends": day + timedelta(days=2)}
    single_one = Entry(**more | {"uid": "one@x"})
    master = Entry(**more, rule="FREQ=WEEKLY;COUNT=5", left_out=(day + 3 * week,), extra=(day + timedelta(days=1),))
    with_hours = Entry(uid="camp@x", title="Evening", starts=day + week + timedelta(hours=19), zone="Europe/Berlin",
                       ends=day + week + timedelta(hours=21), recurrence_id=day + week, is_slot_a_day=True)  # fmt: skip
    longer = Entry(**more | {"ends": day + 2 * week + timedelta(days=3), "starts": day + 2 * week},
                   recurrence_id=day + 2 * week, is_slot_a_day=True)  # fmt: skip
    theirs = read(write([single_one, master, with_hours, longer]).encode(), zone="Europe/Berlin")
    bring_meetings_along(tarn, of_calendar(theirs, zone="Europe/Berlin"), **BY)

    ours = read(client.get("/g/tarn/meetings.ics").content, zone="Europe/Berlin")

    kept = ("uid", "title", "is_all_day", "starts", "ends", "recurrence_id", "is_slot_a_day", "left_out", "extra")
    told = [{tuple(getattr(one, name) for name in kept) for one in both.entries} for both in (theirs, ours)]
    assert told[0] == told[1]
    assert Meeting.objects.count() == 6
    again = make.group(slug="again", time_zone="Europe/Berlin")
    bring_meetings_along(again, of_calendar(ours, zone="Europe/Berlin"), **BY)
    moments = [list(one.meetings.order_by("starts_at").values_list("starts_at", "ends_at")) for one in (tarn, again)]
    assert moments[0] == moments[1]


def test_a_series_of_days_with_one_more_time_that_has_hours_is_told_by_hours(client, tarn):
    day = datetime.fromisoformat(f"{now() + timedelta(days=9):%Y-%m-%d}")
    extra = (day + timedelta(days=1, hours=19),)
    plan_series(tarn, title="Camp", starts=day, minutes=24 * 60, rule="FREQ=WEEKLY;COUNT=2", extra=extra, **BY)

    text = client.get("/g/tarn/meetings.ics").content.decode()

    assert "VALUE=DATE:" not in text
    assert f"RDATE;TZID=Europe/Berlin:{extra[0]:%Y%m%dT%H%M%S}" in text


def test_what_is_long_past_is_left_out_and_a_series_that_goes_on_is_there_whole(client, tarn):
    old, recent = make.meeting(tarn, title="Old"), make.meeting(tarn, title="Recent")
    _series, rows = weekly(tarn)
    for meeting, days in ((old, 400), (recent, 100)):
        past = now() - timedelta(days=days)
        Meeting.objects.filter(pk=meeting.pk).update(starts=past, starts_at=past, ends_at=past)

    assert titles(client.get("/g/tarn/meetings.ics")) == ["Open hour", "Recent"]
    longer = now() - timedelta(days=500)
    Meeting.objects.filter(series=rows[0].series).update(starts_at=longer, ends_at=longer)
    assert titles(client.get("/g/tarn/meetings.ics")) == ["Recent"]


@pytest.mark.parametrize("number", [1, 3])
def test_a_calendar_asks_the_same_number_of_questions_for_any_length(
    client, tarn, ann, address, django_assert_num_queries, number
):
    for _count in range(number):
        answer(make.meeting(tarn, venue=add_venue(tarn, name="Hall", **BY)), person=ann, answer="yes", by=ann, via="t")
        weekly(tarn)
    client.get(address)

    with django_assert_num_queries(10):
        client.get(address)


def test_links_to_other_calendars_hold_title_time_and_place_only(tarn):
    meeting = make.meeting(tarn, title="A & B", link="https://meet.example/x", about="Secret")

    links = add_to_calendar(meeting)

    assert links.webcal == "webcal://localhost:8000/g/tarn/meetings.ics"
    assert links.file == f"/g/tarn/meetings/{meeting.pk}.ics"
    for link in (links.google, links.outlook):
        assert "A+%26+B" in link
        assert "Town+hall" in link
        assert "meet.example" not in link
        assert "Secret" not in link


def test_the_way_in_is_not_told_to_who_came_and_may_no_longer(client, tarn, ann, address):
    make.meeting(tarn, link="https://meet.example/x", pin="4711", room="")
    answer(Meeting.objects.get(), person=ann, answer="yes", via="web")
    with_seat = client.get(address).content
    deny(ann, group=tarn, permission="meetings.answer", reason="Rude", **BY)

    without = client.get(address)

    assert (b"4711" in with_seat, b"4711" in without.content) == (True, False)
    assert found(client.get(f"{address}?only=coming")) == ()
