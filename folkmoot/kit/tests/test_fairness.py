from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit.fairness import Said, pain, ranked, rotation
from folkmoot.kit.zones import to_utc

ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Auckland", "UTC")
EARLY, LATE = datetime(2030, 7, 16, 6, tzinfo=UTC), datetime(2030, 7, 16, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "minutes", "hours"),
    [("08:00", 60, 0), ("20:00", 120, 0), ("21:00", 120, 1), ("07:00", 60, 1), ("03:00", 60, 5), ("22:00", 120, 2)],
)
def test_hours_outside_the_day_are_pain(hour, minutes, hours):
    at = datetime.fromisoformat(f"2030-07-16T{hour}").replace(tzinfo=ZoneInfo("Asia/Tokyo"))

    assert pain(at, minutes, "Asia/Tokyo") == hours


def test_most_yes_goes_first_then_fewest_no_then_least_pain():
    yes, maybe, no = (Said(one, "UTC") for one in ("yes", "if", "no"))
    times = [EARLY + timedelta(hours=12 * n) for n in range(4)]
    answers = {times[0]: [yes, no], times[1]: [yes, maybe], times[2]: [yes, yes, no], times[3]: [yes, maybe]}

    assert [times.index(one.at) for one in ranked(answers, 60)] == [2, 1, 3, 0]


def test_the_pain_of_who_cannot_come_counts_nothing():
    far = Said("no", "Pacific/Auckland")

    [rank] = ranked({LATE: [Said("yes", "UTC"), far]}, 60)

    assert (rank.pain, rank.pained) == (0, 0)
    assert pain(LATE, 60, "Pacific/Auckland") > 0


@given(
    st.lists(st.builds(Said, st.sampled_from(["yes", "if", "no"]), st.sampled_from(ZONES)), max_size=12), st.randoms()
)
def test_in_which_order_people_answered_changes_nothing(said, random):
    shuffled = list(said)
    random.shuffle(shuffled)

    assert ranked({EARLY: said, LATE: said}, 90) == ranked({LATE: shuffled, EARLY: shuffled}, 90)


def days(n):
    return [date(2030, 7, 2) + timedelta(weeks=week) for week in range(n)]


def test_a_rotation_shares_the_pain_of_a_world():
    people = {"Europe/Berlin": 3, "America/Los_Angeles": 3, "Asia/Tokyo": 3}

    turns = rotation(days(9), zone="UTC", minutes=60, people=people)
    fixed = [pain(to_utc(datetime.combine(day, turns[0].starts.time()), "UTC"), 60, where)
             for where in people for day in days(1)]  # fmt: skip

    borne = {where: sum(one.pain[where] for one in turns) for where in people}
    assert len({one.starts.time() for one in turns}) > 1
    assert max(borne.values()) < 9 * max(fixed)
    assert max(borne.values()) - min(borne.values()) <= 8


def test_one_zone_needs_no_rotation():
    turns = rotation(days(3), zone="UTC", minutes=60, people={"Europe/Berlin": 5})

    assert {sum(one.pain.values()) for one in turns} == {0}
    assert len({one.starts.time() for one in turns}) == 1


@given(st.dictionaries(st.sampled_from(ZONES), st.integers(1, 50)), st.integers(0, 4), st.sampled_from(ZONES))
def test_each_meeting_stays_on_its_day(people, n, zone):
    turns = rotation(days(n), zone=zone, minutes=90, people=people)

    assert [one.starts.date() for one in turns] == days(n)
