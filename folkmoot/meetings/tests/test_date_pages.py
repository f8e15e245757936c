import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.groups.models import Role
from folkmoot.groups.operations import allow, grant_role
from folkmoot.meetings import answers_to_dates
from folkmoot.meetings.models import DateAnswer, DatePoll, Meeting
from folkmoot.meetings.operations import answer_dates, close_dates, plan_series
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    """Who organises."""
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def tarn(ann, bob):
    group = make.group(ann, bob, time_zone="Europe/Berlin", visibility="public")
    grant_role(group.memberships.get(person=ann), role=group.roles.get(key="organiser"), by=OPERATOR, via="test")
    return group


@pytest.fixture
def poll(tarn):
    return make.dates(tarn)


def of(person):
    return make.signed_in(Client(), person)


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def keys(poll):
    return [one.pk for one in answers_to_dates.in_order(poll)]


def test_each_reads_the_times_in_their_own_zone(poll, ann, bob, client):
    Person.objects.filter(pk=bob.pk).update(time_zone="Asia/Tokyo")
    Person.objects.filter(pk=ann.pk).update(time_zone="")
    at = answers_to_dates.in_order(poll)[0].starts_at

    for reader, zone in ((of(bob), "Asia/Tokyo"), (of(ann), "Europe/Berlin"), (client, "Europe/Berlin")):
        text = page(reader, poll.get_absolute_url())
        assert answers_to_dates.in_words(at, 120, zone) in text
        assert f"All times by the clock of {zone}." in text


def test_answers_are_kept_and_stand_in_the_table(poll, bob):
    first, second, third = keys(poll)
    client = of(bob)

    client.post(f"/dates/{poll.pk}/answers", {f"date-{first}": "yes", f"date-{second}": "if", f"date-{third}": ""})

    assert sorted(DateAnswer.objects.values_list("choice", "answer")) == [(first, "yes"), (second, "if")]
    text = page(client, poll.get_absolute_url())
    assert text.count(f'<a href="{bob.get_absolute_url()}"><bdi>Bob</bdi>') >= 1
    assert '<span class="said-if">If need be</span></td>' in text


@pytest.mark.parametrize("said", ["maybe", "x" * 5000, "\x00"])
def test_what_is_no_answer_comes_back_with_words(poll, bob, said):
    answer = of(bob).post(f"/dates/{poll.pk}/answers", {f"date-{keys(poll)[0]}": said})

    assert answer.status_code == 422
    assert not DateAnswer.objects.exists()


def test_who_can_when_is_not_for_strangers(poll, bob, client):
    answer_dates(poll, {keys(poll)[0]: "yes"}, person=bob, via="web")

    for reader in (client, of(make.person("Eve"))):
        assert "Bob" not in page(reader, poll.get_absolute_url())
    assert "Bob" in page(of(bob), poll.get_absolute_url())


def test_a_hidden_group_tells_nobody_what_it_asks(bob, client):
    hidden = make.dates(make.group(owner=make.person("Else"), slug="den", visibility="hidden", joining="invitation"))

    for reader in (client, of(bob)):
        assert reader.get(hidden.get_absolute_url()).status_code == 404
        assert reader.get("/g/den/dates").status_code == 404


def test_an_organiser_asks_by_the_clock_of_a_zone(tarn, ann):
    day = now().date() + timedelta(days=5)
    sent = {"title": "Beer?", "zone": "Asia/Tokyo", "minutes": "90", "time-1": f"{day}T19:00", "time-3": f"{day}T21:00"}

    of(ann).post("/g/tarn/dates/new", sent)

    poll = DatePoll.objects.get()
    assert [one.starts_at.hour for one in answers_to_dates.in_order(poll)] == [10, 12]
    assert (poll.minutes, poll.by) == (90, ann)


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"zone": "Mars"}, {"minutes": "0"}, {"time-1": "x"}, {"time-1": ""}, {"time-1": "1999-01-01T10:00"},
     {"closes_at": "9999-01-01T00:00"}],
)  # fmt: skip
def test_what_cannot_be_asked_comes_back_with_words(tarn, ann, wrong):
    sent = {"title": "Beer?", "zone": "UTC", "minutes": "90", "time-1": f"{now().date() + timedelta(days=5)}T19:00"}

    assert of(ann).post("/g/tarn/dates/new", sent | wrong).status_code == 422
    assert not DatePoll.objects.exists()


def test_the_question_is_changed_and_answers_stay(poll, ann, bob):
    first = answers_to_dates.in_order(poll)[0]
    answer_dates(poll, {first.pk: "yes"}, person=bob, via="web")
    client = of(ann)
    kept = f"{answers_to_dates.zones.to_local(first.starts_at, poll.zone):%Y-%m-%dT%H:%M}"
    assert kept in page(client, f"/dates/{poll.pk}/change")

    client.post(f"/dates/{poll.pk}/change", {"title": "Tea?", "time-1": kept})

    assert (DatePoll.objects.get().title, keys(poll)) == ("Tea?", [first.pk])
    assert DateAnswer.objects.count() == 1


def test_the_fairest_is_offered_to_who_organises_and_becomes_the_meeting(poll, ann, bob):
    second = keys(poll)[1]
    answer_dates(poll, {second: "yes"}, person=bob, via="web")
    assert "The fairest times" not in page(of(bob), poll.get_absolute_url())
    assert "1 yes, 0 if need be, 0 no" in page(of(ann), poll.get_absolute_url())

    assert of(bob).post(f"/dates/{poll.pk}/decide", {"choice": second}).status_code == 403
    of(ann).post(f"/dates/{poll.pk}/decide", {"choice": second})

    assert Meeting.objects.get().title == "When?"
    assert "It is decided:" in page(of(bob), poll.get_absolute_url())


@pytest.mark.parametrize("choice", ["", "x", "999999", "9" * 30])
def test_a_time_that_was_not_asked_is_not_decided(poll, ann, choice):
    assert of(ann).post(f"/dates/{poll.pk}/decide", {"choice": choice}).status_code == 404
    assert not Meeting.objects.exists()


def test_closing_can_be_undone(poll, ann, bob):
    of(ann).post(f"/dates/{poll.pk}/close")
    assert "No more answers are taken." in page(of(bob), poll.get_absolute_url())

    of(ann).post(f"/dates/{poll.pk}/close/remove")

    assert DatePoll.objects.get().is_open


def test_the_list_says_what_is_open(tarn, poll, ann, bob):
    text = page(of(bob), "/g/tarn/dates")
    assert "When?" in text
    assert "Ask when people can" not in text

    close_dates(poll, by=OPERATOR, via="test")

    assert "closed" in page(of(ann), "/g/tarn/dates")


def test_a_rotation_is_looked_at_before_it_is_planned(tarn, ann, bob):
    Person.objects.filter(pk=bob.pk).update(time_zone="Asia/Tokyo")
    starts = (now() + timedelta(days=3)).replace(hour=3, minute=0, second=0, microsecond=0, tzinfo=None)
    series = plan_series(tarn, title="Call", starts=starts, rule="FREQ=WEEKLY", by=OPERATOR, via="test")
    address = f"/series/{series.pk}/rotation"
    assert f'"{address}"' in page(of(ann), "/g/tarn/dates")
    assert "Asia/Tokyo" in page(of(ann), f"{address}?n=3")
    assert Meeting.objects.in_order()[0].starts.hour == 3
    assert of(bob).get(address).status_code == 404

    of(ann).post(f"{address}?n=3")

    hours = [one.starts.hour for one in Meeting.objects.in_order()[:4]]
    assert 3 not in hours[:3]
    assert hours[3] == 3


def test_a_page_asks_the_same_number_of_questions_for_many_people(
    tarn, poll, ann, bob, django_assert_max_num_queries
):  # fmt: skip
    client = of(ann)
    page(client, poll.get_absolute_url())
    for name in ("Cid", "Dot", "Eli"):
        person = make.person(name)
        make.join(tarn, person)
        answer_dates(poll, {keys(poll)[0]: "yes"}, person=person, via="web")

    with django_assert_max_num_queries(20):
        page(client, poll.get_absolute_url())


def test_who_may_not_see_the_members_answers_without_their_names(poll, tarn, ann, bob):
    eve = make.person("Eve")
    allow(tarn.roles.get(audience=Role.Audience.SIGNED_IN), permission="meetings.answer", by=OPERATOR, via="test")
    answer_dates(poll, {keys(poll)[0]: "yes"}, person=bob, via="web")
    answer_dates(poll, {keys(poll)[0]: "yes"}, person=eve, via="web")

    guest, organiser = page(of(eve), poll.get_absolute_url()), page(of(ann), poll.get_absolute_url())

    assert ("Bob" in guest, "Bob" in organiser) == (False, True)
    assert f'name="date-{keys(poll)[0]}"' in guest
