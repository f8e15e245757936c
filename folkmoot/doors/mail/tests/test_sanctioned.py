"""Who is banned gets no more list mail; who is sanctioned is told what, why, until when and how to object."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.utils.timezone import now

from folkmoot.accounts.operations import prefer
from folkmoot.doors.mail import mailings
from folkmoot.doors.mail.models import DeferredCopy, Mailing
from folkmoot.doors.mail.tests.at_the_door import Taken, gone_out
from folkmoot.groups.models import Denial, Sanction
from folkmoot.groups.operations import appeal, decide_appeal, lift_sanction, make_owner, sanction
from tests import make

Kind = Sanction.Kind


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(ann, olga):
    return make.group(ann, make.person("Bob"), owner=olga)


def lay(group, person, kind, by, **more):
    return sanction(group, person, kind=kind, reason="Advertising.", by=by, via="web", **more)


def recipients():
    return {copy.recipient for copy in gone_out()}


def words_of(copy):
    letter = message_from_bytes(copy.letter, policy=policy.default)
    return letter["Subject"], letter.get_body(("plain",)).get_content()


def words_to(address):
    """The letters that go out to an address now: subject and text."""
    return [words_of(copy) for copy in gone_out() if copy.recipient == address]


@pytest.mark.parametrize("visibility", ["public", "listed", "hidden"])
def test_a_banned_member_gets_no_more_list_mail(ann, olga, visibility):
    group = make.group(ann, make.person("Bob"), owner=olga, visibility=visibility)
    lay(group, ann, Kind.BAN, olga)
    gone_out()

    make.topic(group, author=olga)

    assert recipients() == {"bob@example.org"}


def test_what_was_said_before_a_ban_and_waits_to_be_sent_does_not_go_out_to_the_banned(group, ann, olga):
    make.topic(group, author=olga, title="Before")
    lay(group, ann, Kind.BAN, olga)

    subjects = [copy.letter.split(b"Subject: ")[1].split(b"\r\n")[0] for copy in gone_out() if "ann" in copy.recipient]

    assert len(subjects) == 1
    assert b"Before" not in subjects[0]


def test_a_copy_that_is_tried_again_does_not_reach_whoever_is_banned_since(group, ann, olga):
    make.topic(group, author=olga)
    gone_out()
    membership = group.memberships.get(person=ann)
    late = DeferredCopy.objects.create(mailing=Mailing.objects.get(), membership=membership, due_at=now())
    lay(group, ann, Kind.BAN, olga)
    way_out = Taken()

    mailings.try_deferred(way_out)

    late.refresh_from_db()
    assert way_out.copies == []
    assert late.given_up_at is not None


def test_mail_comes_again_when_a_ban_is_lifted_and_never_stops_for_whoever_is_suspended(group, ann, olga):
    laid = lay(group, ann, Kind.BAN, olga)
    lift_sanction(laid, by=olga, via="web")
    lay(group, ann, Kind.SUSPEND, olga)
    gone_out()

    make.topic(group, author=olga)

    assert recipients() == {"ann@example.org", "bob@example.org"}


def test_a_ban_above_stops_the_mail_of_the_groups_below(group, ann, olga):
    below = make.group(ann, owner=olga, slug="below", parent=group)
    lay(group, ann, Kind.BAN, olga)
    gone_out()

    make.topic(below, author=olga)

    assert recipients() == set()
    assert Denial.objects.count() == 1


# Letters


@pytest.mark.parametrize(
    ("kind", "german", "english"),
    [
        (Kind.WARN, "verwarnt dich", "warns you"),
        (Kind.SLOW, "einen Beitrag in der Stunde", "one post an hour"),
        (Kind.HOLD, "sieht jeden deiner Beiträge an", "looks at each of your posts"),
        (Kind.SUSPEND, "lesen, aber nicht schreiben", "read there, but not write"),
        (Kind.BAN, "ausgeschlossen", "banned you"),
    ],
)
def test_each_sanction_is_told_in_the_persons_language_with_reason_term_and_the_way_to_object(
    group, ann, olga, kind, german, english
):
    bob = group.memberships.get(person__name="Bob").person
    prefer(ann, language="de", time_zone="", has_shortcuts=True)
    mine, his = (lay(group, one, kind, olga, days=7) for one in (ann, bob))

    told = {copy.recipient: " ".join(words_of(copy)[1].split()) for copy in gone_out()}

    assert set(told) == {"ann@example.org", "bob@example.org"}
    assert german in told["ann@example.org"]
    assert english in told["bob@example.org"]
    for words, laid in ((told["ann@example.org"], mine), (told["bob@example.org"], his)):
        assert "Advertising." in words
        assert f"/sanctions/{laid.pk}" in words
    has_end = kind != Kind.WARN
    assert ("It ends by itself" in told["bob@example.org"]) == has_end
    assert ("(UTC)" in told["ann@example.org"]) == has_end


def test_an_objection_reaches_another_moderator_and_its_answer_the_person(group, ann, olga):
    bob = group.memberships.get(person__name="Bob")
    make_owner(bob, by=olga, via="test")
    laid = lay(group, ann, Kind.SUSPEND, olga, days=3)
    gone_out()

    appeal(laid, by=ann, words="That was no advertising.", via="web")
    [(subject, words)] = words_to("bob@example.org")
    assert "Ann" in subject + words
    assert "That was no advertising." in words

    decide_appeal(laid, is_upheld=False, answer="You are right.", by=bob.person, via="web")
    told = words_to("ann@example.org")
    assert len(told) == 1
    assert "You are right." in told[0][1]


def test_that_a_sanction_is_lifted_is_told(group, ann, olga):
    laid = lay(group, ann, Kind.BAN, olga)
    gone_out()

    lift_sanction(laid, by=olga, via="web")

    [(_subject, words)] = words_to("ann@example.org")
    assert "Tarn" in words


def test_a_sanction_with_an_end_says_when_by_the_groups_clock(ann, olga):
    group = make.group(ann, owner=olga, time_zone="Asia/Tokyo")
    lay(group, ann, Kind.SLOW, olga, days=1)

    [(_subject, words)] = words_to("ann@example.org")

    assert "(Asia/Tokyo)" in words
    assert now() + timedelta(hours=23) < Sanction.objects.get().ends_at
