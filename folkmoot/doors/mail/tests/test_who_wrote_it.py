import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.models import Post
from folkmoot.doors.mail import addresses, proof
from folkmoot.doors.mail.models import HeldLetter
from folkmoot.doors.mail.operations import accept, discard
from folkmoot.doors.mail.tests.at_the_door import gone_out, send, text
from folkmoot.groups.models import Group, Membership
from folkmoot.groups.operations import change
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make

FORGED = "mx.example.net; dmarc=fail header.from=example.org"
PROVEN = "mx.example.net; dmarc=pass header.from=example.org"


@pytest.fixture
def trusted(settings):
    settings.AUTHSERV_ID = "mx.example.net"


def test_a_stranger_is_held_and_nobody_is_written_to():
    make.group()

    letter = send(sender="eve@example.net")

    assert (letter.outcome, letter.held.reason) == ("held", "unknown")
    assert not Post.objects.exists()
    assert gone_out() == []


def test_a_person_we_know_who_is_no_member_is_held():
    make.group()
    make.person("Ann")
    assert send().held.reason == "not_member"


def test_an_address_that_an_administrator_added_counts():
    make.group()
    make.group(slug="loom")
    from folkmoot.groups.operations import add_member  # beside its one use

    add_member(Group.objects.get(slug="tarn"), address="kim@example.net", by=OPERATOR, via="test")

    assert send(sender="kim@example.net").outcome == "done"
    assert send(sender="kim@example.net", to="loom@localhost").held.reason == "unknown"


def test_without_a_trusted_mail_server_a_letter_is_marked_unproven():
    make.group(make.person("Ann"))
    assert send(Authentication_Results=PROVEN).proof == proof.NONE


def test_a_forged_sender_is_held(trusted):
    make.group(make.person("Ann"))

    letter = send(Authentication_Results=FORGED)

    assert (letter.proof, letter.held.reason) == ("fail", "forged")


def test_another_servers_word_counts_for_nothing(trusted):
    make.group(make.person("Ann"))
    assert send(Authentication_Results="evil.example; dmarc=fail header.from=example.org").outcome == "done"


def test_a_group_can_ask_for_a_proven_sender(trusted):
    make.group(make.person("Ann"), proof="pass")

    assert send().held.reason == "unproven"
    assert send(message_id="<two@x>", Authentication_Results=PROVEN).outcome == "done"


def test_a_group_can_ask_for_the_signed_address():
    ann = make.person("Ann")
    group = make.group(ann, proof="signed")
    membership = Membership.objects.get(person=ann)

    assert send().held.reason == "unsigned"
    assert send(to=addresses.signed(group, membership.pk), message_id="<two@x>").outcome == "done"
    assert Post.objects.get().author == ann


def test_a_signed_address_is_no_good_in_another_group_or_guessed():
    ann = make.person("Ann")
    make.person("Eve", address="eve@example.net")
    group = make.group(ann, proof="signed")
    make.group(ann, slug="loom", proof="signed")
    mine = addresses.signed(group, Membership.objects.get(person=ann, group=group).pk)

    assert send(to=mine.replace("tarn", "loom"), sender="eve@example.net").outcome == "held"
    assert send(to=mine[:8] + "zzzz" + mine[12:], sender="eve@example.net").outcome == "held"
    assert not Post.objects.exists()


def test_a_group_can_ask_each_sender_to_confirm():
    make.group(make.person("Ann"), proof="confirm")

    assert send(subject="Mine").held.reason == "unconfirmed"
    question = gone_out()[0]
    assert b"Did you write" in text(question)
    send(to=_reply_to(question), message_id="<yes@x>", body="")

    post = Post.objects.get()
    assert (post.title, post.author.name) == ("Mine", "Ann")
    assert send(to=_reply_to(question), message_id="<yes2@x>").outcome == "refused"


def test_an_owner_lets_a_held_letter_through():
    group = make.group()
    owner = Membership.objects.get(group=group).person
    held = send(sender="Kim <kim@example.net>", subject="May I?").held

    accept(held, by=owner)

    post = Post.objects.get()
    assert (post.title, post.author.name) == ("May I?", "Kim")
    assert not Membership.objects.filter(person=post.author).exists()
    assert Event.objects.filter(kind="letter.accepted", subject_id=held.pk).exists()
    with pytest.raises(Refused):
        accept(held, by=owner)


def test_an_owner_lets_it_through_and_its_sender_in():
    group = make.group()
    held = send(sender="Kim <kim@example.net>").held

    accept(held, by=Membership.objects.get(group=group).person, add=True)

    assert Membership.objects.current().filter(person=Post.objects.get().author).exists()


def test_a_held_letter_whose_id_was_taken_is_posted_under_a_new_one():
    ann, eve = make.person("Ann"), make.person("Eve")
    group = make.group(ann, eve)
    send(sender="eve@example.org", body="Mine first.")
    held = send(body="What I wanted to say.").held

    accept(held, by=Membership.objects.get(group=group, person__name="Olga").person)

    assert {(post.author, post.body) for post in Post.objects.all()} == {
        (eve, "Mine first."),
        (ann, "What I wanted to say."),
    }


def test_a_member_can_not_decide_about_letters():
    ann = make.person("Ann")
    make.group(ann)
    held = send(sender="kim@example.net").held

    for decide in (accept, discard):
        with pytest.raises(NotAllowed):
            decide(held, by=ann)

    assert not Post.objects.exists()
    assert HeldLetter.objects.get().decided_at is None


def test_a_discarded_letter_is_gone():
    group = make.group()
    held = send(sender="kim@example.net").held

    discard(held, by=Membership.objects.get(group=group).person)

    held.refresh_from_db()
    assert (held.is_accepted, held.incoming.outcome) == (False, "dropped")
    assert Event.objects.filter(kind="letter.discarded").exists()


def test_a_hidden_groups_letters_need_a_proven_sender_by_default():
    group = make.group(type="company")
    assert group.proof == Group.Proof.PASS
    assert change(group, proof="from", by=OPERATOR, via="test").proof == "from"


def _reply_to(copy) -> str:
    from email import message_from_bytes, policy  # beside its one use
    from email.utils import parseaddr

    return parseaddr(message_from_bytes(text(copy), policy=policy.default)["From"])[1]
