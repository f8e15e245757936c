from datetime import timedelta

import pytest

from folkmoot.accounts.models import Person
from folkmoot.meetings.operations import answer
from tests import make

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann):
    return make.group(ann)


def test_a_group_s_front_page_says_when_it_meets_next(client, tarn):
    meeting = make.meeting(tarn, title="Backups")

    page = text(client.get("/g/tarn"))

    assert f'href="{meeting.get_absolute_url()}"' in page
    assert "Berlin time" in page


def test_a_listed_group_does_not_say_it_to_strangers(client, ann):
    make.meeting(make.group(ann, slug="den", visibility="listed"), title="Wombats")

    assert "Wombats" not in text(client.get("/g/den"))
    assert "Wombats" not in text(client.get("/"))


def test_one_s_own_page_names_the_next_meetings_but_those_one_declined(client, ann, tarn):
    make.meeting(tarn, title="Backups")
    answer(make.meeting(tarn, title="Clocks"), person=ann, answer="no", via="web")
    make.meeting(make.group(owner=make.person("Else"), slug="other"), title="Elsewhere")
    make.meeting(tarn, title="Secret plans", is_draft=True)
    client.force_login(ann)

    page = text(client.get("/inbox"))

    assert "Your next meetings" in page
    assert "Backups" in page
    assert not any(title in page for title in ("Clocks", "Elsewhere", "Secret plans"))
    assert "Your next meetings" not in text(client.get("/inbox?list=later"))


def test_where_it_is_tomorrow_already_the_meetings_of_today_are_still_to_come(client, ann, tarn):
    Person.objects.filter(pk=ann.pk).update(time_zone="Pacific/Kiritimati")
    make.meeting(tarn, title="Tonight", starts_in=timedelta(minutes=-30))
    client.force_login(ann)

    assert "Tonight" in text(client.get("/inbox"))


def test_strangers_see_the_next_meetings_that_all_may_see(client, ann, tarn):
    make.meeting(tarn, title="Backups")
    make.meeting(make.group(ann, slug="den", visibility="hidden"), title="Wombats")

    page = text(client.get("/"))

    assert "Backups" in page
    assert "Wombats" not in page
