import pytest

from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.groups.models import Group
from folkmoot.groups.operations import found
from folkmoot.outbox.relay import drain
from tests import make

PAGE = "/installation/groups/tarn"


def text(response):
    return response.content.decode()


@pytest.fixture
def root(client):
    person = make.person("Rita", administrator=True)
    client.force_login(person)
    return person


@pytest.fixture
def west():
    tarn = make.group(visibility="hidden")
    return found(
        founder=make.person("Wim"), name="West", slug="west", parent=tarn, by=tarn.memberships.get().person, via="test"
    )


def letters(kind):
    drain(SUBSCRIBERS)
    return {one.recipient: bytes(one.raw).decode() for one in OutgoingLetter.objects.filter(kind=kind)}


def test_the_page_says_what_closes_with_a_group_and_what_opens_with_it(client, root, west):
    page = text(client.get(PAGE))
    assert "close with it" in page
    assert "West" in page

    done = client.post(f"{PAGE}/closure", {"close-reason": "Over."}, follow=True)

    assert "Tarn is closed, and 1 group below it. Their owners are told." in text(done)
    assert "West" in text(done)
    assert "Closed together with Tarn." in text(client.get("/installation/groups/west"))
    told = letters("group_closed")
    assert set(told) == {"olga@example.org", "wim@example.org"}
    assert "together with a group above it" in told["wim@example.org"]
    assert "together with" not in told["olga@example.org"]
    assert "Tarn" not in told["wim@example.org"]  # it is hidden

    done = client.post(f"{PAGE}/closure/remove", follow=True)

    assert "Tarn is open again, and 1 group that was closed with it. Their owners are told." in text(done)
    assert set(letters("group_reopened")) == {"olga@example.org", "wim@example.org"}


def test_the_page_names_nothing_where_nothing_else_closes(client, root, west):
    client.post("/installation/groups/west/closure", {"close-reason": "Over."})

    page = text(client.get(PAGE))

    assert "close with it" not in page
    done = client.post(f"{PAGE}/closure", {"close-reason": "Over."}, follow=True)
    assert "Tarn is closed. Its owners are told." in text(done)
    assert Group.objects.get(slug="west").closed_with is None
