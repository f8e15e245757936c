"""Letters find the conversation that they answer, wherever it has been moved to meanwhile."""

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.models import Topic
from folkmoot.conversations.operations import (
    check_channel_slug,
    close_channel,
    make_channel,
    merge,
    move,
    move_back,
    split,
    start_topic,
)
from folkmoot.doors.mail import addresses
from folkmoot.doors.mail.operations import accept
from folkmoot.doors.mail.tests.at_the_door import gone_out, send, text
from folkmoot.groups.models import Group
from folkmoot.kit.errors import Refused
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann, olga):
    return make.group(ann, owner=olga)


@pytest.fixture
def loom(ann, olga):
    return make.topic(make.group(ann, owner=olga, slug="loom"), author=olga, title="Looms").channel


@pytest.fixture
def topic(tarn):
    send(subject="Backups", body="Who tests them?", message_id="<one@x>")
    send(subject="Re: Backups", body="Nobody.", message_id="<two@x>", In_Reply_To="<one@x>")
    return Topic.objects.get(title="Backups")


def answer(to="tarn@localhost", **fields):
    return send(to=to, **{"subject": "Re: Backups", "body": "I do.", "message_id": "<late@x>", **fields})


def landed_in():
    return Topic.objects.get(posts__message_id="<late@x>")


def test_a_channel_has_its_address_at_once(tarn, olga):
    ops = make_channel(tarn, slug="ops", by=olga, via="web")
    assert addresses.is_ours("tarn+ops@localhost")

    send(to="tarn+ops@localhost", subject="Pumps")

    assert ops.topics.get().title == "Pumps"


def test_a_channels_posts_go_out_under_its_address(tarn, ann, olga):
    ops = make_channel(tarn, slug="ops", by=olga, via="web")
    start_topic(ops, author=ann, title="Pumps", body="Hi.", via="web")

    [copy] = gone_out()

    assert b"To: Tarn <tarn+ops@localhost>" in text(copy)
    assert b"List-Id: <ops.tarn.localhost>" in text(copy)


@pytest.mark.parametrize("word", sorted(addresses.VERBS | addresses.TOKEN_VERBS | addresses.DUTIES | {"t5", "r-x"}))
def test_no_channel_takes_a_word_that_an_address_knows(word):
    with pytest.raises(Refused):
        check_channel_slug(word)


def test_a_letter_to_a_closed_channel_is_refused_with_words(tarn, olga):
    ops = make_channel(tarn, slug="ops", by=olga, via="web")
    close_channel(ops, by=olga, via="web")

    letter = send(to="tarn+ops@localhost", subject="Pumps")

    assert (letter.outcome, "closed" in letter.note) == ("refused", True)
    assert not ops.topics.exists()


def test_an_answer_follows_to_another_channel(topic, tarn, olga):
    ops = make_channel(tarn, slug="ops", by=olga, via="web")
    move(topic, to=ops, by=olga, via="web")

    answer(In_Reply_To="<two@x>", References="<one@x> <two@x>")

    assert landed_in() == topic
    assert topic.posts.get(message_id="<late@x>").channel == ops


@pytest.mark.parametrize("to", ["tarn@localhost", "tarn+t{}@localhost", "loom@localhost", "loom+t{}@localhost"])
def test_an_answer_follows_to_another_group_from_wherever_it_is_sent(topic, loom, olga, to):
    move(topic, to=loom, by=olga, via="web")

    answer(to=to.format(topic.pk), In_Reply_To="<two@x>")

    assert landed_in() == topic
    assert topic.posts.get(message_id="<late@x>").channel == loom


def test_an_answer_stays_where_it_was_sent_after_all_was_moved_back(topic, loom, olga):
    move(topic, to=loom, by=olga, via="web")
    move_back(topic, by=olga, via="web")

    answer(In_Reply_To="<one@x>")

    assert topic.posts.get(message_id="<late@x>").channel.group.slug == "tarn"


def test_the_rules_of_the_group_that_it_moved_to_hold(topic, loom, olga, ann):
    loom.group.memberships.filter(person=ann).update(left_at="2026-01-01T00:00Z")
    Group.objects.filter(pk=loom.group_id).update(access_version=7, visibility="hidden")
    move(topic, to=loom, by=olga, via="web")

    letter = answer(In_Reply_To="<two@x>")

    assert letter.outcome == "held"
    assert topic.posts.count() == 2


def test_the_proof_that_the_other_group_asks_for_is_asked_for(topic, loom, olga):
    Group.objects.filter(pk=loom.group_id).update(proof="signed")
    move(topic, to=loom, by=olga, via="web")

    letter = answer(In_Reply_To="<two@x>")

    assert (letter.outcome, letter.held.reason, topic.posts.count()) == ("held", "unsigned", 2)


def test_the_same_letter_again_is_still_the_same_after_a_move(topic, loom, olga):
    move(topic, to=loom, by=olga, via="web")

    again = send(subject="Re: Backups", body="Nobody.", message_id="<two@x>", In_Reply_To="<one@x>")

    assert again.note == "came before"
    assert topic.posts.count() == 2


def test_a_group_that_it_never_was_in_gives_no_way_to_it(topic, ann, olga):
    make.group(ann, owner=olga, slug="other")

    letter = answer(to=f"other+t{topic.pk}@localhost", In_Reply_To="<two@x>")

    assert letter.outcome == "refused"
    assert topic.posts.count() == 2


def test_an_answer_to_a_post_that_was_split_off_lands_beside_it(topic, olga):
    new = split(topic, posts=[topic.posts.get(body="Nobody.").pk], title="Nobody", by=olga, via="web")

    answer(In_Reply_To="<two@x>", References="<one@x> <two@x>")

    assert landed_in() == new


def test_an_answer_to_what_stayed_lands_there(topic, olga):
    split(topic, posts=[topic.posts.get(body="Nobody.").pk], title="Nobody", by=olga, via="web")

    answer(In_Reply_To="<one@x>", References="<one@x>")

    assert landed_in() == topic


@pytest.mark.parametrize("to", ["tarn@localhost", "tarn+t{}@localhost"])
def test_an_answer_to_a_merged_topic_lands_in_the_other(topic, tarn, ann, olga, to):
    into = make.topic(tarn, author=ann, title="All on backups")
    number = topic.pk
    merge(topic, into=into, by=olga, via="web")

    answer(to=to.format(number), In_Reply_To="<two@x>")

    assert landed_in() == into


def test_after_a_split_a_move_and_a_merging_answers_still_arrive(topic, loom, olga):
    new = split(topic, posts=[topic.posts.get(body="Nobody.").pk], title="Nobody", by=olga, via="web")
    move(new, to=loom, by=olga, via="web")
    into = loom.topics.get(title="Looms")
    merge(new, into=into, by=olga, via="web")

    answer(In_Reply_To="<two@x>", References="<one@x> <two@x>")

    assert landed_in() == into


def test_a_moderator_who_lets_a_held_letter_in_lets_it_in_where_it_belongs(topic, loom, olga):
    Group.objects.filter(pk=loom.group_id).update(proof="signed")
    move(topic, to=loom, by=olga, via="web")
    letter = answer(In_Reply_To="<two@x>")

    accept(letter.held, by=olga)

    assert landed_in() == topic


def test_the_command_line_makes_channels_too(tarn):
    assert make_channel(tarn, slug="ops", by=OPERATOR, via="command").slug == "ops"
