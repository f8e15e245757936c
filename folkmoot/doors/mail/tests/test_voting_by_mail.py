from email import message_from_bytes, policy

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations import results
from folkmoot.conversations.models import Ballot, Post
from folkmoot.conversations.operations import Asked, close_poll, make_channel, start_topic
from folkmoot.doors.mail.tests.at_the_door import gone_out, send
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def tarn(ann, bob):
    return make.group(ann, bob)


def letters_to(address):
    letters = (message_from_bytes(one.letter, policy=policy.default) for one in gone_out() if one.recipient == address)
    return [(one, one.get_body(("plain",)).get_content().replace("\r\n", "\n")) for one in letters]


def stands(poll):
    return [one.votes for one in results.shown([poll])[poll.pk].bars]


def test_a_letter_tells_what_is_asked_and_is_answered_with_a_number(tarn, ann, bob):
    poll = make.poll(tarn, author=ann)
    [(letter, text)] = letters_to("bob@example.org")
    assert "Poll: Which day?\n\n  1) Monday\n  2) Tuesday\n  3) Friday\n" in text
    assert "like “2”" in text

    got = send(
        str(letter["Reply-To"]), sender="bob@example.org", body="2\n\n-- \nBob", In_Reply_To=poll.post.message_id
    )

    assert (got.outcome, got.note) == ("done", f"ballot in poll {poll.pk}")
    assert stands(poll) == [0, 1, 0]
    assert Post.objects.count() == 1
    [(receipt, words)] = letters_to("bob@example.org")
    assert receipt["Subject"] == "Your vote is counted: Which day?"
    assert "  Tuesday\n" in words


def test_anything_else_is_a_reply_in_the_conversation(tarn, ann, bob):
    poll = make.poll(tarn, author=ann)
    [(letter, _text)] = letters_to("bob@example.org")

    send(
        str(letter["Reply-To"]), sender="bob@example.org", body="2 of us would come.",
        In_Reply_To=poll.post.message_id, message_id="<b@x>",
    )  # fmt: skip

    assert stands(poll) == [0, 0, 0]
    assert [one.body for one in poll.post.topic.posts.in_order()] == ["", "2 of us would come."]


def test_nobody_votes_for_another_by_writing_their_name_on_a_letter(tarn, ann, bob, settings):
    settings.AUTHSERV_ID = "mx"
    poll = make.poll(tarn, author=ann)
    gone_out()

    forged = send(sender="bob@example.org", body="2", In_Reply_To=poll.post.message_id)
    proven = send(
        sender="bob@example.org", body="3", In_Reply_To=poll.post.message_id, message_id="<p@x>",
        Authentication_Results="mx; dmarc=pass header.from=example.org",
    )  # fmt: skip

    assert (forged.outcome, proven.outcome) == ("refused", "done")
    assert stands(poll) == [0, 0, 1]
    assert Post.objects.count() == 1


def test_a_token_votes_in_its_own_poll_and_as_its_own_member(tarn, ann, bob):
    poll, other = make.poll(tarn, author=ann), make.poll(tarn, author=ann)
    first, _second = [letter["Reply-To"] for letter, _text in letters_to("bob@example.org")]

    send(str(first), sender="ann@example.org", body="1", In_Reply_To=other.post.message_id)
    broken = send(str(first).replace("@", "x@"), sender="bob@example.org", body="2", message_id="<t@x>",
                  In_Reply_To=other.post.message_id)  # fmt: skip

    assert list(Ballot.objects.values_list("poll", "person")) == [(poll.pk, bob.pk)]
    assert broken.outcome == "refused"


def test_a_number_that_no_choice_has_is_refused_with_words(tarn, ann, bob):
    poll = make.poll(tarn, author=ann)
    [(letter, _text)] = letters_to("bob@example.org")

    got = send(str(letter["Reply-To"]), sender="bob@example.org", body="7", In_Reply_To=poll.post.message_id)

    assert (got.outcome, got.note) == ("refused", "There is no such choice in this poll.")
    assert Post.objects.count() == 1
    assert not Ballot.objects.exists()


def test_a_secret_vote_does_not_come_by_mail_and_is_told_to_nobody(tarn, ann, bob):
    poll = make.poll(tarn, author=ann, is_secret=True)
    [(letter, text)] = letters_to("bob@example.org")
    assert letter["Reply-To"] is None
    assert "The vote is secret and not by mail." in text

    got = send(sender="bob@example.org", body="2", In_Reply_To=poll.post.message_id)

    assert got.outcome == "refused"
    assert Post.objects.count() == 1
    assert not Ballot.objects.exists()


def test_what_comes_after_the_end_is_words(tarn, ann, bob):
    poll = make.poll(tarn, author=ann)
    close_poll(poll, by=ann, via="web")

    send(sender="bob@example.org", body="Friday", In_Reply_To=poll.post.message_id)

    assert [one.body for one in poll.post.topic.posts.in_order()] == ["", "Friday"]


def test_a_reply_to_a_poll_of_a_channel_stays_in_it(tarn, ann, bob):
    channel = make_channel(tarn, slug="ops", by=OPERATOR, via="test")
    topic = start_topic(channel, author=ann, title="Q", body="", via="web", poll=Asked("Q?", ["Yes", "No"]))
    [(letter, _text)] = letters_to("bob@example.org")

    send(
        str(letter["Reply-To"]), sender="bob@example.org", body="Why at all?",
        In_Reply_To=topic.posts.get().message_id, message_id="<why@x>",
    )  # fmt: skip

    assert topic.posts.count() == 2
