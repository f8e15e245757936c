"""The page on which organisers say when who is reminded."""

import pytest

from folkmoot.meetings.models import Reminder
from tests import make


@pytest.fixture
def olga(db):
    return make.person("Olga")


@pytest.fixture
def meeting(olga):
    return make.meeting(make.group(make.person("Ann"), owner=olga))


def page(meeting):
    return f"/g/tarn/meetings/{meeting.pk}/reminders"


def test_reminders_are_added_and_removed(client, meeting, olga):
    client.force_login(olga)
    added = client.post(
        page(meeting), {"number": 2, "unit": "days", "to": "coming", "words": "Bring <ice>"}, follow=True
    )
    reminder = Reminder.objects.get()

    assert (reminder.hours, reminder.to, reminder.words) == (48, "coming", "Bring <ice>")
    assert b"Bring &lt;ice&gt;" in added.content
    client.post(page(meeting), {"remove": reminder.pk})
    assert not Reminder.objects.exists()


def test_what_cannot_be_comes_back_with_words(client, meeting, olga):
    client.force_login(olga)

    nonsense = client.post(page(meeting), {"number": "x", "unit": "weeks", "to": "all"})
    too_early = client.post(page(meeting), {"number": 1000, "unit": "days", "to": "coming"})

    assert (nonsense.status_code, too_early.status_code) == (422, 422)
    assert not Reminder.objects.exists()


def test_who_does_not_organise_sees_no_such_page(client, meeting):
    client.force_login(make.person("Eve"))

    assert client.get(page(meeting)).status_code == 404
    assert client.post(page(meeting), {"number": 2, "unit": "days", "to": "coming"}).status_code == 404
    assert not Reminder.objects.exists()
