"""What the address of an invitation is good for: an answer. Whoever else has it speaks for nobody."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.conversations import results
from folkmoot.conversations.models import Post
from folkmoot.doors.mail import addresses, tokens
from folkmoot.doors.mail.tests.at_the_door import send
from folkmoot.doors.mail.tests.meeting_mail import plan
from folkmoot.meetings.models import Meeting, Rsvp
from tests import make

WORDS = "Is there parking near the town hall?"


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def olga(db):
    return make.person("Olga")


@pytest.fixture
def tarn(ann, olga):
    return make.group(ann, owner=olga)


@pytest.fixture
def address(tarn, ann, olga):
    return addresses.answering(plan(tarn, olga), ann.pk)


def test_a_strangers_letter_there_is_held(address):
    got = send(address, sender="eve@example.net", body=WORDS)

    assert (got.outcome, got.held.reason) == ("held", "unknown")
    assert not Post.objects.filter(body=WORDS).exists()


def test_a_forged_letter_there_is_held(address, settings):
    settings.AUTHSERV_ID = "mx"

    got = send(address, body=WORDS, Authentication_Results="mx; dmarc=fail header.from=example.org")

    assert (got.outcome, got.held.reason) == ("held", "forged")


def test_its_own_readers_letter_is_theirs_and_a_strangers_word_is_an_answer(address, ann):
    own = send(address, body=WORDS)
    other = send(address, sender="ann@at-work.example", body="Yes", message_id="<w@x>")

    assert (own.outcome, other.outcome) == ("done", "done")
    assert Post.objects.get(body=WORDS).author == ann
    assert Rsvp.objects.get().answer == "yes"


def test_nobody_votes_with_it(address, tarn, ann):
    poll = make.poll(tarn, author=ann)

    got = send(address, sender="eve@example.net", body="2", In_Reply_To=poll.post.message_id)

    assert got.outcome == "held"
    assert [one.votes for one in results.shown([poll])[poll.pk].bars] == [0, 0, 0]


def test_it_ends_some_days_after_the_meeting(address, client):
    token = addresses.read(address).token
    ends = now() - tokens.AFTERWARDS + timedelta(hours=1)
    Meeting.objects.update(starts_at=ends - timedelta(hours=1), ends_at=ends)
    assert tokens.invited(token) is not None

    Meeting.objects.update(ends_at=ends - timedelta(hours=2), starts_at=ends - timedelta(hours=3))

    assert tokens.invited(token) is None
    assert client.get(f"/rsvp/{token}").status_code == 404
    assert send(address, body=WORDS).outcome == "refused"
