from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.kit.zones import to_local
from folkmoot.meetings.models import Meeting, Series
from folkmoot.meetings.operations import (
    Own,
    answer,
    cancel,
    change_all,
    change_from,
    change_meeting,
    discard_series,
    end_series,
    fill_all,
    plan_series,
    publish_series,
    uncancel,
)
from folkmoot.meetings.operations.planning import LONGEST
from folkmoot.outbox.models import Event
from tests import make

pytestmark = pytest.mark.django_db


def in_a_week(hour=19):
    day = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=7)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def weekly(group, count=6, **more):
    what = {"title": "Open hour", "starts": in_a_week(), "rule": f"FREQ=WEEKLY;COUNT={count}", "zone": "Europe/Berlin"}
    return plan_series(group, by=OPERATOR, via="test", **(what | more))


def rows(series):
    return list(series.meetings.order_by("slot"))


def test_a_series_has_a_meeting_for_each_of_its_times():
    series = weekly(make.group())

    found = rows(series)

    assert len(found) == 6
    assert all(b.slot - a.slot == timedelta(days=7) for a, b in pairwise(found))
    assert {to_local(one.starts_at, "Europe/Berlin").hour for one in found} == {19}
    assert Event.objects.filter(kind="meeting.published").count() == 6


def test_seven_in_the_evening_stays_so_through_daylight_saving():
    series = weekly(make.group(), rule="FREQ=WEEKLY")

    found = rows(series)

    assert len(found) >= 52
    assert {to_local(one.starts_at, "Europe/Berlin").hour for one in found} == {19}
    assert {one.starts_at.hour for one in found} == {17, 18}


def test_only_organisers_plan():
    ann = make.person("Ann")
    group = make.group(ann)

    with pytest.raises(NotAllowed):
        plan_series(group, title="X", starts=in_a_week(), rule="FREQ=WEEKLY", by=ann, via="web")

    assert not Series.objects.exists()
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("rule", ["", "FREQ=HOURLY", "FREQ=WEEKLY;BYDAY=XX", "DROP TABLE", "FREQ=DAILY;COUNT=99999"])
def test_what_is_no_rule_is_refused(rule):
    group = make.group()

    with pytest.raises(Refused):
        weekly(group, rule=rule)

    assert not Series.objects.exists()


def test_one_of_them_changed_alone_leaves_the_others():
    ann = make.person("Ann")
    series = weekly(make.group(ann))
    second = rows(series)[1]
    answer(second, person=ann, answer="yes", via="web")

    moved = change_meeting(second, starts=second.slot.replace(tzinfo=None) + timedelta(days=1), by=OPERATOR, via="test")

    assert moved.slot == second.slot
    assert moved.starts == second.slot + timedelta(days=1)
    assert moved.rsvps.get().answer == "yes"
    assert [one.starts == one.slot for one in rows(series)] == [True, False, True, True, True, True]


def test_all_follow_a_change_but_for_what_was_changed_alone():
    series = weekly(make.group(), title="Open hour")
    change_meeting(rows(series)[2], title="Christmas party", by=OPERATOR, via="test")

    change_all(series, title="Open evening", minutes=90, by=OPERATOR, via="test")

    titles = [one.title for one in rows(series)]
    assert titles == ["Open evening"] * 2 + ["Christmas party"] + ["Open evening"] * 3
    assert {one.ends_at - one.starts_at for one in rows(series)} == {timedelta(minutes=90)}


@pytest.mark.parametrize("change", [change_from, lambda row, **how: change_all(row.series, **how)])
def test_a_change_of_all_and_of_what_was_its_own_is_one_or_none(change):
    series = weekly(make.group())
    row = rows(series)[2]
    change_meeting(row, minutes=90, by=OPERATOR, via="test")
    before, events = list(Meeting.objects.order_by("pk").values()), Event.objects.count()

    with pytest.raises(Refused):
        change(row, title="New", own=Own(row, {"minutes": LONGEST + 1}), by=OPERATOR, via="test")

    assert (list(Meeting.objects.order_by("pk").values()), Event.objects.count()) == (before, events)
    change(row, title="New", own=Own(row, {"minutes": 60}), by=OPERATOR, via="test")
    row.refresh_from_db()
    assert (row.title, row.minutes) == ("New", 60)
    assert {one.minutes for one in rows(series) if one != row} == {120}


def test_this_and_following_keep_their_answers_at_their_new_time():
    ann = make.person("Ann")
    series = weekly(make.group(ann))
    before = rows(series)
    answer(before[3], person=ann, answer="yes", via="web")

    later = before[2].slot.replace(tzinfo=None) + timedelta(hours=1)
    rest = change_from(before[2], starts=later, by=OPERATOR, via="test")

    assert rest != series
    assert [one.pk for one in rows(series)] == [one.pk for one in before[:2]]
    assert [one.pk for one in rows(rest)] == [one.pk for one in before[2:]]
    assert [one.starts for one in rows(rest)] == [one.starts + timedelta(hours=1) for one in before[2:]]
    assert rows(rest)[1].rsvps.get().person == ann


def test_a_week_later_takes_no_slot_that_another_still_has():
    series = weekly(make.group())
    before = rows(series)

    after = change_all(series, starts=before[1].slot.replace(tzinfo=None), by=OPERATOR, via="test")

    assert after == series
    assert [one.pk for one in rows(after)] == [one.pk for one in before]
    assert [one.starts - old.starts for one, old in zip(rows(after), before, strict=True)] == [timedelta(days=7)] * 6


def test_a_week_earlier_takes_no_slot_either():
    series = weekly(make.group(), starts=in_a_week() + timedelta(days=14))
    before = rows(series)

    change_all(series, starts=before[0].slot.replace(tzinfo=None) - timedelta(days=7), by=OPERATOR, via="test")

    assert [one.starts - old.starts for one, old in zip(rows(series), before, strict=True)] == [-timedelta(days=7)] * 6


def test_another_rule_calls_off_what_has_no_time_any_more():
    ann = make.person("Ann")
    series = weekly(make.group(ann), count=4)
    last = rows(series)[3]
    answer(last, person=ann, answer="yes", via="web")

    change_all(series, rule="FREQ=WEEKLY;COUNT=3", by=OPERATOR, via="test")

    last.refresh_from_db()
    assert len(rows(series)) == 3
    assert last.cancelled_at
    assert last.rsvps.count() == 1


def test_another_zone_moves_all_by_the_clock():
    series = weekly(make.group())

    change_all(series, zone="America/New_York", by=OPERATOR, via="test")

    assert {to_local(one.starts_at, "America/New_York").hour for one in rows(series)} == {19}


def test_an_end_calls_off_the_rest():
    series = weekly(make.group())
    third = rows(series)[2]

    end_series(third, by=OPERATOR, via="test")
    fill_all()

    assert [one.cancelled_at is None for one in rows(series)] == [True, True, False, False, False, False]


def test_the_night_goes_on_with_a_series_and_makes_nothing_twice():
    series = weekly(make.group(), rule="FREQ=WEEKLY")
    count = series.meetings.count()
    Series.objects.filter(pk=series.pk).update(filled_to=now() + timedelta(days=300))

    assert fill_all() == 0
    series.meetings.order_by("-slot").first().delete()
    Series.objects.filter(pk=series.pk).update(filled_to=now() + timedelta(days=300))
    assert fill_all() == 1
    assert series.meetings.count() == count


def test_drafts_of_a_series_are_published_together():
    ann = make.person("Ann")
    group = make.group(ann)
    series = weekly(group, is_draft=True)
    assert not Meeting.objects.visible_to(ann).exists()

    with pytest.raises(NotAllowed):
        publish_series(series, by=ann, via="web")
    publish_series(series, by=OPERATOR, via="test")

    assert Meeting.objects.visible_to(ann).count() == 6
    assert Event.objects.filter(kind="meeting.published").count() == 6


def with_a_week_left_out(group, **more):
    first = in_a_week()
    out, extra = first + timedelta(days=14), first + timedelta(days=17)
    return weekly(group, left_out=[out], extra=[extra], **more), out, extra


def slots(series):
    return [one.slot.replace(tzinfo=None) for one in rows(series)]


def test_a_draft_of_a_series_is_thrown_away_and_nothing_else():
    group = make.group()
    draft, other = weekly(group, is_draft=True), weekly(group)

    discard_series(draft, by=OPERATOR, via="test")
    with pytest.raises(Refused):
        discard_series(other, by=OPERATOR, via="test")
    with pytest.raises(NotAllowed):
        discard_series(other, by=make.person("Eve"), via="test")

    assert list(Series.objects.all()) == [other]
    assert set(Meeting.objects.values_list("series", flat=True)) == {other.pk}
    assert Event.objects.filter(kind="series.discarded").count() == 1


def test_an_end_moves_nobody_into_a_week_that_is_left_out():
    ann = make.person("Ann")
    series, out, extra = with_a_week_left_out(make.group(ann))
    before = rows(series)
    answer(before[3], person=ann, answer="yes", via="web")

    until = slots(series)[4]
    after = change_from(before[1], rule=f"FREQ=WEEKLY;UNTIL={until:%Y%m%dT%H%M%S}", by=OPERATOR, via="test")

    assert after == series
    assert slots(series) == [one.slot.replace(tzinfo=None) for one in before[:5]]
    assert out not in slots(series)
    assert extra in slots(series)
    assert [one.starts for one in before[:5]] == [one.starts for one in rows(series)]
    assert rows(series)[3].rsvps.get().person == ann


def test_what_is_left_out_and_what_is_added_move_along():
    series, out, extra = with_a_week_left_out(make.group())
    before = slots(series)

    change_all(series, starts=before[0] + timedelta(hours=2), by=OPERATOR, via="test")
    fill_all()

    assert slots(series) == [at + timedelta(hours=2) for at in before]
    moved = {one.at.replace(tzinfo=None) for one in series.dates.all()}
    assert moved == {out + timedelta(hours=2), extra + timedelta(hours=2)}


def test_what_is_over_stays_where_it_was():
    series = weekly(make.group(), starts=in_a_week() - timedelta(days=21))
    before = rows(series)
    assert before[0].is_over

    later = before[0].slot.replace(tzinfo=None) + timedelta(hours=1)
    with pytest.raises(Refused, match="over"):
        change_from(before[0], starts=later, by=OPERATOR, via="test")
    change_all(series, minutes=30, by=OPERATOR, via="test")

    assert [one.starts_at for one in rows(series)] == [one.starts_at for one in before]


def test_a_rule_that_names_its_own_weekday_follows_to_another_day():
    first = in_a_week()
    day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[first.weekday()]
    series = weekly(make.group(), rule=f"FREQ=WEEKLY;BYDAY={day};COUNT=4")
    before = slots(series)

    change_all(series, starts=first + timedelta(days=1), by=OPERATOR, via="test")

    assert slots(series) == [at + timedelta(days=1) for at in before]


def test_what_is_called_off_follows_and_comes_back_as_the_others_are():
    series = weekly(make.group())
    off = cancel(rows(series)[2], by=OPERATOR, via="test")

    change_all(series, room="Cellar", zone="Europe/Lisbon", by=OPERATOR, via="test")
    back = uncancel(off, by=OPERATOR, via="test")

    assert (back.room, back.zone) == ("Cellar", "Europe/Lisbon")
    assert to_local(back.starts_at, "Europe/Lisbon").hour == 19


def test_a_series_has_no_more_rows_than_that_however_often_it_is_gone_on_with():
    series = weekly(make.group(), rule="FREQ=DAILY")

    assert fill_all() == 0
    assert series.meetings.count() == 120


def test_what_has_no_time_any_more_is_called_off_as_it_was_and_says_so_once():
    series = weekly(make.group(), count=4)
    last = rows(series)[3]

    change_all(series, rule="FREQ=WEEKLY;COUNT=3", room="Cellar", by=OPERATOR, via="test")

    last.refresh_from_db()
    assert (last.room, last.sequence, last.series) == ("", 1, None)
    assert [one.room for one in rows(series)] == ["Cellar"] * 3
    assert not Event.objects.filter(kind="meeting.changed", subject_id=last.pk).exists()
