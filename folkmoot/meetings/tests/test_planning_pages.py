from datetime import date, datetime, timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.meetings import collisions
from folkmoot.meetings.models import Meeting, Series
from folkmoot.meetings.operations import add_venue, answer, change_meeting, plan_series
from folkmoot.outbox.models import Event
from tests import make

pytestmark = pytest.mark.django_db
NEW = "/g/tarn/meetings/new"
YEAR = now().year + 1


def text(response):
    return response.content.decode()


def tuesdays(month=3):
    """The Tuesdays of a month next year, in which Germany has no holiday on a Tuesday."""
    first = date(YEAR, month, 1)
    return [day for day in (first + timedelta(days=n) for n in range(31)) if day.weekday() == 1 and day.month == month]


def sent(**more):
    plain = {"title": "Backups", "day": f"{tuesdays()[2]}", "time": "19:00", "minutes": "90", "zone": "Europe/Berlin"}
    return plain | {"repeats": "once", "policy": "first"} | more


def filled(form):
    """What a browser sends of a form that nobody touched."""
    said = {name: form[name].value() for name in form.fields}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in said.items()
        if value is not None
    }


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(owner=olga, time_zone="Europe/Berlin")


@pytest.fixture
def organiser(client, olga, group):
    client.force_login(olga)
    return client


def test_one_meeting_is_planned(organiser, group):
    barn = add_venue(group, name="Old barn", by=OPERATOR, via="test")
    more = {"venue": barn.pk, "room": "Hay loft", "link": "https://meet.example/x", "seats": "30", "guests": "1"}

    done = organiser.post(NEW, sent(**more, about="Bring *cake*.\r\nAnd tea."))

    made = Meeting.objects.get()
    assert done.headers["Location"] == made.get_absolute_url()
    assert (made.title, made.venue, made.seats, made.guests, made.minutes) == ("Backups", barn, 30, 1, 90)
    assert made.about == "Bring *cake*.\nAnd tea."
    assert made.starts.date() == tuesdays()[2]
    assert not made.is_draft


def test_a_host_is_a_member_and_of_one_meeting(organiser, group):
    ann = make.person("Ann")
    make.join(group, ann)
    make.person("Eve")

    organiser.post(NEW, sent(host="@ann"))
    of_a_series = organiser.post(NEW, sent(host="@ann", repeats="weekly", anyway="1"))
    stranger = organiser.post(NEW, sent(host="@eve", anyway="1"))

    assert Meeting.objects.get().host == ann
    assert [one.context["form"].errors.keys() for one in (of_a_series, stranger)] == [{"host"}, {"host"}]


def test_a_draft_is_planned(organiser):
    organiser.post(NEW, sent(draft="1"))

    assert Meeting.objects.get().is_draft


@pytest.mark.parametrize(
    ("repeats", "more", "rule"),
    [
        ("weekly", {"count": "4"}, "FREQ=WEEKLY;COUNT=4"),
        ("fortnightly", {}, "FREQ=WEEKLY;INTERVAL=2"),
        ("weekday", {"until": f"{YEAR + 1}-03-01"}, f"FREQ=MONTHLY;BYDAY=3TU;UNTIL={YEAR + 1}0301T235959"),
        ("last", {}, "FREQ=MONTHLY;BYDAY=-1TU"),
        ("yearly", {}, "FREQ=YEARLY"),
    ],
)
def test_a_series_is_planned(organiser, repeats, more, rule):
    organiser.post(NEW, sent(repeats=repeats, anyway="1", **more))

    assert Series.objects.get().rule == rule
    assert Meeting.objects.count() >= 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"day": "2030-02-31"}, "day"),
        ({"time": "25:00"}, "time"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"minutes": "9" * 9}, "minutes"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"venue": "999999"}, "venue"),
        ({"seats": "-1"}, "seats"),
        ({"repeats": "hourly"}, "repeats"),
        ({"repeats": "weekly", "until": "2000-01-01"}, "until"),
    ],
)
def test_what_cannot_be_planned_comes_back(organiser, wrong, field):
    answered = organiser.post(NEW, sent(**wrong))

    assert answered.status_code == 422
    assert answered.context["form"].errors.keys() == {field}
    assert not Meeting.objects.exists()


def test_a_public_holiday_and_another_meeting_are_pointed_out_once(organiser, group):
    organiser.post(NEW, sent(day=f"{YEAR}-12-25", title="Carols", anyway="1"))

    warned = organiser.post(NEW, sent(day=f"{YEAR}-12-25"))

    assert warned.status_code == 422
    assert "is a public holiday" in text(warned)
    assert "there is also: Carols" in text(warned)
    assert Meeting.objects.count() == 1
    organiser.post(NEW, sent(day=f"{YEAR}-12-25", anyway="1"))
    organiser.post(NEW, sent(day=f"{YEAR}-12-25", draft="anyway"))
    assert Meeting.objects.count() == 3


def test_the_country_of_the_venue_counts_before_that_of_the_zone(group):
    pub = add_venue(group, name="Pub", country="FR", by=OPERATOR, via="test")
    bastille = datetime.fromisoformat("2026-07-14T19:00")

    assert collisions.country_of("Europe/Berlin") == "DE"
    assert collisions.found(group, [bastille], zone="Europe/Berlin") == []
    assert len(collisions.found(group, [bastille], zone="Europe/Berlin", venue=pub)) == 1
    assert collisions.found(group, [bastille], zone="UTC") == []


def test_a_copy_is_a_month_later_on_the_same_weekday(organiser, group):
    model = make.meeting(group, title="Backups", seats=7)

    form = organiser.get(f"{NEW}?from={model.pk}").context["form"]

    assert (form["title"].value(), form["seats"].value(), form["repeats"].value()) == ("Backups", 7, "once")
    later = form["day"].value()
    assert later.weekday() == model.starts.weekday()
    assert timedelta(days=20) < later - model.starts.date() < timedelta(days=40)
    assert organiser.get(f"{NEW}?from=999999").status_code == 404
    assert organiser.get(f"{NEW}?from=x").status_code == 200


def series_of(group):
    starts = datetime.combine(tuesdays()[0], datetime.min.time()).replace(hour=19)
    return plan_series(group, title="Weeks", starts=starts, rule="FREQ=WEEKLY;COUNT=4", by=OPERATOR, via="test")


def rows(series):
    return list(series.meetings.order_by("slot"))


def change(organiser, meeting, **changes):
    address = f"{meeting.get_absolute_url()}/change"
    form = organiser.get(address).context["form"]
    return organiser.post(address, filled(form) | {"anyway": "1"} | changes)


def test_a_form_that_nobody_touched_changes_nothing(organiser, group):
    single, series = make.meeting(group, about="One\nTwo"), series_of(group)
    before = Event.objects.count()

    change(organiser, single)
    for scope in ("one", "following", "all"):
        change(organiser, rows(series)[1], scope=scope)

    series.refresh_from_db()
    assert series.rule == "FREQ=WEEKLY;COUNT=4"
    assert Series.objects.count() == 1
    assert set(Event.objects.order_by("pk")[before:].values_list("kind", flat=True)) <= {"series.changed"}


def test_only_this_one_changes(organiser, group):
    series = series_of(group)

    change(organiser, rows(series)[1], scope="one", title="Special", time="20:00")

    assert [row.title for row in rows(series)] == ["Weeks", "Special", "Weeks", "Weeks"]
    assert [row.starts.hour for row in rows(series)] == [19, 20, 19, 19]


def test_this_one_and_those_that_follow_change_and_keep_what_is_their_own(organiser, group):
    series = series_of(group)
    change_meeting(rows(series)[3], title="Last", by=OPERATOR, via="test")

    change(organiser, rows(series)[1], scope="following", title="Weekly", time="20:00")

    all_rows = list(Meeting.objects.order_by("starts_at"))
    assert [row.title for row in all_rows] == ["Weeks", "Weekly", "Weekly", "Last"]
    assert [row.starts.hour for row in all_rows] == [19, 20, 20, 20]
    assert Series.objects.latest("pk").rule == "FREQ=WEEKLY;COUNT=3"


def test_what_was_its_own_changes_too_in_the_one_that_is_looked_at(organiser, group):
    series = series_of(group)
    second = rows(series)[1]
    moved = second.starts.replace(tzinfo=None) + timedelta(days=1)
    change_meeting(second, title="Special", starts=moved, by=OPERATOR, via="test")

    change(organiser, second, scope="following", title="Weekly", time="20:00")

    all_rows = list(Meeting.objects.order_by("starts_at"))
    assert [row.title for row in all_rows] == ["Weeks", "Weekly", "Weekly", "Weekly"]
    assert [row.starts.hour for row in all_rows] == [19, 20, 20, 20]
    assert [row.starts.date() for row in all_rows] == [tuesdays()[0], moved.date(), *tuesdays()[2:4]]


def test_all_to_come_change_and_move_by_as_much(organiser, group):
    series = series_of(group)

    change(organiser, rows(series)[2], scope="all", day=f"{tuesdays()[2] + timedelta(days=1)}", time="18:30")

    wednesdays = [(day + timedelta(days=1)).isoformat() for day in tuesdays()[:4]]
    assert [row.starts.date().isoformat() for row in rows(series)] == wednesdays
    assert {(row.starts.hour, row.starts.minute) for row in rows(series)} == {(18, 30)}


def test_what_is_pointed_out_of_a_change_is_only_where_it_moves(organiser, group):
    meeting = make.meeting(group)
    make.meeting(group, title="Same day")
    address = f"{meeting.get_absolute_url()}/change"
    form = filled(organiser.get(address).context["form"])

    assert organiser.post(address, form | {"title": "Backups"}).status_code == 302
    assert organiser.post(address, form | {"day": f"{YEAR}-12-25"}).status_code == 422


def test_members_are_shown_no_form(client, group):
    ann = make.person("Ann")
    make.join(group, ann)
    meeting = make.meeting(group)
    client.force_login(ann)

    for address in (NEW, f"{meeting.get_absolute_url()}/change", f"{meeting.get_absolute_url()}/people"):
        assert client.get(address).status_code == 404
    assert "For organisers" not in text(client.get(meeting.get_absolute_url()))


def test_buttons_of_organisers(organiser, group):
    draft, meeting = make.meeting(group, is_draft=True), make.meeting(group)

    organiser.post(f"/meetings/{draft.pk}/publish")
    called_off = organiser.post(f"/meetings/{meeting.pk}/cancel", {"why": "No heating"}, follow=True)
    meeting.refresh_from_db()
    draft.refresh_from_db()
    assert (draft.is_draft, meeting.why_cancelled) == (False, "No heating")
    assert f'action="/meetings/{meeting.pk}/cancel/remove"' in text(called_off)
    organiser.post(f"/meetings/{meeting.pk}/cancel/remove")
    meeting.refresh_from_db()
    assert meeting.cancelled_at is None
    assert organiser.post(f"/meetings/{meeting.pk}/discard").status_code == 422
    other = make.meeting(group, is_draft=True)
    organiser.post(f"/meetings/{other.pk}/discard")
    assert set(Meeting.objects.all()) == {draft, meeting}


def test_a_series_is_published_and_ended(organiser, group):
    organiser.post(NEW, sent(repeats="weekly", count="3", anyway="1", draft="1"))
    one, two, _three = Meeting.objects.order_by("slot")
    assert one.is_draft

    organiser.post(f"/meetings/{one.pk}/publish")
    organiser.post(f"/meetings/{two.pk}/end")

    found = Meeting.objects.order_by("slot").values_list("cancelled_at", flat=True)
    assert [at is None for at in found] == [True, False, False]
    assert not Meeting.objects.filter(published_at=None).exists()


def test_the_form_answers_for_those_who_already_said_yes(organiser, group):
    ann = make.person("Ann")
    make.join(group, ann)
    meeting = make.meeting(group)
    answer(meeting, person=ann, answer="yes", via="web")

    change(organiser, meeting, title="Backups")

    assert meeting.rsvps.get().answer == "yes"
