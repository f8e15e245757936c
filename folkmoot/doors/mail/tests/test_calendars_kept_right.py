"""What calendars hear later: back after they were told that a meeting is gone, after a refusal, or nothing any more."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.accounts.operations import prove_address
from folkmoot.doors.mail import transport
from folkmoot.doors.mail.invitations import queue, sending
from folkmoot.doors.mail.models import CalendarCopy, OutgoingLetter
from folkmoot.doors.mail.tests.meeting_mail import Picky, carry, entry, letters, plan, to
from folkmoot.groups.models import Denial, Membership
from folkmoot.groups.operations import change_reading, close_group, leave, reopen_group
from folkmoot.meetings.models import Rsvp
from folkmoot.meetings.operations import answer, cancel
from folkmoot.outbox.operations import record
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def olga(db):
    return make.person("Olga")


@pytest.fixture
def tarn(olga, ann):
    return make.group(ann, owner=olga)


def invitations(person, sent):
    return [one for one in to(person, sent) if one.get_content_type() == "multipart/mixed"]


def test_a_group_that_opens_again_brings_its_meetings_back_into_calendars(tarn, olga, ann):
    plan(tarn, olga)
    letters()
    close_group(tarn, reason="Quiet", by=OPERATOR, via="test")
    queue.look_at_all()
    (gone,) = invitations(ann, letters())

    reopen_group(tarn, by=OPERATOR, via="test")

    (back,) = invitations(ann, letters())
    assert [entry(gone)[0], entry(back)[0]] == ["CANCEL", "REQUEST"]
    assert entry(back)[1].sequence > entry(gone)[1].sequence
    assert back["Subject"] == "Autumn meeting"
    assert "after all" not in back.get_body(("plain",)).get_content()


def test_who_leaves_and_comes_back_has_the_meeting_again_with_their_answer(olga, ann):
    den = make.group(ann, owner=olga, slug="den", visibility="hidden", joining="invitation")
    meeting = plan(den, olga)
    letters()
    answer(meeting, person=ann, answer="yes", via="web")
    letters()
    leave(Membership.objects.get(group=den, person=ann), via="web")
    (gone,) = invitations(ann, letters())

    make.join(den, ann)

    (back,) = invitations(ann, letters())
    assert [entry(gone)[0], entry(back)[0]] == ["CANCEL", "REQUEST"]


def test_a_ban_that_ends_brings_meetings_back_within_a_day(tarn, olga, ann):
    plan(tarn, olga)
    letters()
    ban = Denial.objects.create(person=ann, group=tarn, permission="", ends_at=now() + timedelta(days=1))
    queue.look_at_all()
    (gone,) = invitations(ann, letters())
    Denial.objects.filter(pk=ban.pk).update(starts_at=now() - timedelta(days=2), ends_at=now())

    queue.look_at_all()

    (back,) = invitations(ann, letters())
    assert [entry(gone)[0], entry(back)[0]] == ["CANCEL", "REQUEST"]
    queue.look_at_all()
    assert invitations(ann, letters()) == []


def refused(person, *, meanwhile=lambda: None):
    """All that is due goes out, and what goes to this person is refused for good."""
    carry()
    CalendarCopy.objects.filter(due_at__gt=now()).update(due_at=now())
    sending.send_due(Picky({person.addresses.get().email: transport.REFUSED}, meanwhile=meanwhile))


def test_a_refused_letter_is_not_tried_again_but_later_news_is(tarn, olga, ann):
    meeting = plan(tarn, olga)
    letters()
    answer(meeting, person=ann, answer="yes", via="web")
    refused(ann)
    queue.look_at_all()
    silent = invitations(ann, letters())

    cancel(meeting, by=olga, via="web", why="Snow")

    (off,) = invitations(ann, letters())
    assert (silent, entry(off)[0]) == ([], "CANCEL")


def test_news_while_a_letter_is_being_refused_is_tried(tarn, olga, ann):
    meeting = plan(tarn, olga)
    letters()
    answer(meeting, person=ann, answer="yes", via="web")

    def called_off():
        cancel(meeting, by=olga, via="web")
        carry()

    refused(ann, meanwhile=called_off)

    (off,) = invitations(ann, letters())
    assert entry(off)[0] == "CANCEL"


def test_who_answers_gets_a_receipt_though_the_invitation_was_refused(tarn, olga, ann):
    meeting = plan(tarn, olga)
    refused(ann)

    queue.want_receipt(meeting, ann)

    (receipt,) = invitations(ann, letters())
    assert entry(receipt)[0] == "REQUEST"
    assert CalendarCopy.objects.get(person=ann).given_up_at is None


def test_what_was_refused_goes_to_a_new_address(tarn, olga, ann):
    plan(tarn, olga)
    refused(ann)
    old = ann.addresses.get()
    prove_address(ann, address="ann@new.example", via="test")
    new = ann.addresses.exclude(pk=old.pk).get()

    Membership.objects.filter(person=ann).update(address=new)

    assert [one for one, message in letters() if one.startswith("ann@") and "calendar" in str(message)] == [new.email]


@pytest.mark.parametrize("how", ["no mail", "no invitations"])
def test_who_turned_letters_off_hears_only_of_meetings_that_they_answered(tarn, olga, ann, how):
    come, other = plan(tarn, olga, title="Spring"), plan(tarn, olga, title="Autumn")
    letters()
    answer(come, person=ann, answer="yes", via="web")
    letters()
    member = Membership.objects.get(person=ann)
    if how == "no mail":
        change_reading(member, mail=Membership.Mail.NONE, by=ann, via="web")
    else:
        queue.turn_invitations(member, is_wanted=False, via="mail")

    for meeting in (come, other):
        cancel(meeting, by=olga, via="web")

    assert [one["Subject"] for one in invitations(ann, letters())] == ["Called off: Spring"]


def test_nobody_writes_to_an_account_that_is_no_more(tarn, olga, ann):
    meeting = plan(tarn, olga)
    letters()
    type(ann).objects.filter(pk=ann.pk).update(is_active=False)

    cancel(meeting, by=olga, via="web")

    assert to(ann, letters()) == []


def test_who_is_banned_while_they_wait_is_offered_no_seat(tarn, olga, ann):
    meeting = plan(tarn, olga, seats=1)
    answer(meeting, person=olga, answer="yes", via="web")
    answer(meeting, person=ann, answer="yes", via="web")
    Rsvp.objects.filter(person=ann).update(offered_at=now())
    offers = OutgoingLetter.objects.filter(kind="seat_offered")
    ban = Denial.objects.create(person=ann, group=tarn, permission="")

    told = []
    for lifted_at in (None, now()):
        Denial.objects.filter(pk=ban.pk).update(lifted_at=lifted_at)
        record("seat.offered", Rsvp.objects.get(person=ann), by=None, via="clock")
        carry()
        told.append(offers.count())

    assert told == [0, 1]
