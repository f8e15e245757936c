"""Invitations to meetings as mail: who gets one, what it is made of, and what follows on it."""

from datetime import datetime, timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import merge
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.conversations.models import Post
from folkmoot.doors.mail import transport
from folkmoot.doors.mail.erasing import person_erased
from folkmoot.doors.mail.facts import facts_of
from folkmoot.doors.mail.invitations import copies, queue, sending
from folkmoot.doors.mail.invitations.entries import taken_away
from folkmoot.doors.mail.models import CalendarCopy, InvitationsOff
from folkmoot.doors.mail.tests.meeting_mail import (
    Picky,
    answer_letter,
    calendar_of,
    carry,
    entry,
    letters,
    plan,
    reply_to,
    send_back,
    to,
)
from folkmoot.groups.models import Membership
from folkmoot.groups.operations import deny, leave, remove_member
from folkmoot.kit.ical import read
from folkmoot.meetings.operations import answer, cancel, change_meeting, uncancel
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def olga(db):
    return make.person("Olga")


@pytest.fixture
def tarn(olga, ann, bob):
    return make.group(ann, bob, owner=olga)


def test_each_member_is_invited_once_and_the_list_does_not_say_it_again(tarn, olga):
    plan(tarn, olga)

    sent = letters()

    assert sorted(recipient for recipient, _ in sent) == ["ann@example.org", "bob@example.org", "olga@example.org"]
    assert all(message.get_body(("plain",)) is not None and entry(message)[0] == "REQUEST" for _, message in sent)
    assert letters() == []


def test_an_invitation_is_what_calendar_programs_want(tarn, olga, ann):
    meeting = plan(tarn, olga)

    (message,) = to(ann, letters())
    method, found = entry(message)

    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
                     "application/ics"]  # fmt: skip
    attached = next(message.iter_attachments())
    assert attached.get_filename() == "invite.ics"
    assert (method, found.uid, found.sequence) == ("REQUEST", meeting.uid, 0)
    assert found.starts == meeting.starts.replace(tzinfo=None)
    assert found.zone == "Europe/Berlin"
    (attendee,) = found.attendees
    assert (attendee.address, attendee.answer, attendee.is_asked) == ("ann@example.org", "NEEDS-ACTION", True)
    assert found.organizer.address == message["Reply-To"].addresses[0].addr_spec
    assert found.organizer.address.startswith("tarn+rsvp-")


def test_an_invitation_to_whole_days_names_days_and_so_does_what_takes_it_away(tarn, olga, ann):
    day = datetime.fromisoformat(f"{now() + timedelta(days=9):%Y-%m-%d}")
    Person.objects.filter(pk=ann.pk).update(time_zone="Asia/Tokyo")
    meeting = plan(tarn, olga, starts=day, minutes=2 * 24 * 60)

    (message,) = to(ann, letters())
    _method, found = entry(message)
    assert (found.is_all_day, found.starts, found.ends) == (True, day, day + timedelta(days=2))
    assert "VTIMEZONE" not in calendar_of(message)
    last = day + timedelta(days=1)
    told = message.get_body(("plain",)).get_content()
    assert f"{day:%A}, {day.day} {day:%B %Y}, all day, until {last:%a} {last.day} {last:%b}" in told
    assert "Where you are" not in told
    change_meeting(meeting, minutes=24 * 60, by=olga, via="web")
    told = to(ann, letters())[-1].get_body(("plain",)).get_content()
    assert f"New time: {day:%A}, {day.day} {day:%B %Y}, all day. Before: " in told
    assert "minutes" not in told
    change_meeting(meeting, minutes=2 * 24 * 60, by=olga, via="web")
    message = to(ann, letters())[-1]
    send_back(answer_letter(reply_to(message), message))
    assert meeting.rsvps.get(person=ann).answer == "yes"
    letters()
    leave(tarn.memberships.get(person=ann), via="web")

    method, gone = entry(to(ann, letters())[-1])
    assert (method, gone.is_all_day, gone.starts, gone.ends) == ("CANCEL", True, day, day + timedelta(days=2))


def test_an_invitation_is_the_first_post_for_those_who_read_by_mail(tarn, olga, ann):
    meeting = plan(tarn, olga)

    (message,) = to(ann, letters())

    meeting.refresh_from_db()
    first = meeting.topic.posts.get()
    assert message["Message-ID"] == first.message_id
    assert "tarn.localhost" in message["List-Id"]
    assert "Olga via Tarn" in str(message["From"])
    assert "cake" in message.get_body(("plain",)).get_content()


def test_who_reads_on_the_web_or_wants_no_invitations_gets_none_but_the_post_where_it_is_wanted(tarn, olga, ann, bob):
    Membership.objects.filter(person=ann).update(mail=Membership.Mail.NONE)
    queue.turn_invitations(Membership.objects.get(person=bob), is_wanted=False, via="mail")
    plan(tarn, olga)

    sent = letters()

    assert to(ann, sent) == []
    (post,) = to(bob, sent)
    assert "text/calendar" not in [part.get_content_type() for part in post.walk()]
    assert Event.objects.filter(kind="invitations.turned_off").count() == 1


def test_turning_invitations_off_twice_and_on_again(tarn, bob):
    member = Membership.objects.get(person=bob)
    for wanted in (False, False, True, True):
        queue.turn_invitations(member, is_wanted=wanted, via="mail")

    assert not InvitationsOff.objects.exists()
    assert list(
        Event.objects.filter(kind__startswith="invitations.").order_by("pk").values_list("kind", flat=True)
    ) == [
        "invitations.turned_off",
        "invitations.wanted",
    ]


def test_many_changes_in_a_row_make_one_letter_that_says_what_is_otherwise(tarn, olga, ann):
    meeting = plan(tarn, olga)
    letters()
    for hour in (18, 20):
        change_meeting(
            meeting, by=olga, via="web", starts=datetime.fromisoformat(f"2027-03-02T{hour}:00"), room="Library"
        )
    change_meeting(meeting, by=olga, via="web", seats=9)

    (message,) = to(ann, letters())
    method, found = entry(message)

    meeting.refresh_from_db()
    assert (method, found.sequence, found.starts) == (
        "REQUEST",
        meeting.sequence,
        datetime.fromisoformat("2027-03-02T20:00"),
    )
    text = message.get_body(("plain",)).get_content()
    assert "New time: Tuesday, 2 March 2027, 20:00" in text
    assert "New place: Library. Before: Town hall." in text
    assert message["In-Reply-To"] == Post.objects.get().message_id


def test_what_is_no_news_to_a_calendar_makes_no_letter(tarn, olga):
    meeting = plan(tarn, olga)
    letters()

    change_meeting(meeting, by=olga, via="web", about="Bring tea.", seats=5)

    assert letters() == []


def test_who_said_no_hears_no_more_and_who_comes_hears_first_that_it_is_called_off(tarn, olga, ann, bob):
    meeting = plan(tarn, olga)
    letters()
    answer(meeting, person=ann, answer="no", via="web")
    answer(meeting, person=bob, answer="yes", via="web")
    letters()

    cancel(meeting, by=olga, via="web", why="Snow")
    sent = letters()

    assert [recipient for recipient, _ in sent] == ["bob@example.org", "olga@example.org"]
    method, found = entry(sent[0][1])
    assert (method, found.status, found.uid) == ("CANCEL", "CANCELLED", meeting.uid)
    assert "Snow" in sent[0][1].get_body(("plain",)).get_content()


def test_called_off_and_on_again_before_anybody_heard_is_nothing(tarn, olga):
    meeting = plan(tarn, olga)
    letters()

    cancel(meeting, by=olga, via="web")
    uncancel(meeting, by=olga, via="web")

    assert letters() == []


def test_called_off_before_the_first_invitation_went_and_on_again_invites(tarn, olga, ann):
    meeting = plan(tarn, olga)
    drain(SUBSCRIBERS)
    cancel(meeting, by=olga, via="web")
    silent = to(ann, [one for one in letters() if "calendar" in str(one[1])])
    uncancel(meeting, by=olga, via="web")

    (message,) = to(ann, letters())

    assert (silent, entry(message)[0]) == ([], "REQUEST")


def test_a_meeting_that_takes_place_after_all_comes_back_with_a_higher_number(tarn, olga, ann):
    meeting = plan(tarn, olga)
    letters()
    cancel(meeting, by=olga, via="web")
    (off,) = to(ann, letters())
    uncancel(meeting, by=olga, via="web")

    (again,) = to(ann, letters())

    assert entry(again)[0] == "REQUEST"
    assert entry(again)[1].sequence > entry(off)[1].sequence


def test_an_answer_on_the_web_reaches_the_calendar_with_the_way_in(tarn, olga, ann):
    meeting = plan(tarn, olga, link="https://meet.example.org/tarn", pin="4711")
    (invitation,) = to(ann, letters())
    assert b"meet.example.org" not in invitation.as_bytes()
    answer(meeting, person=ann, answer="yes", via="web")

    (message,) = to(ann, letters())

    _method, found = entry(message)
    assert (message["Subject"], found.attendees[0].answer) == ("You come: Autumn meeting", "ACCEPTED")
    assert found.conferences[0].address == "https://meet.example.org/tarn"
    assert "4711" in message.get_body(("plain",)).get_content()


def test_who_waits_hears_where_in_line_and_then_of_the_seat(tarn, olga, ann, bob):
    meeting = plan(tarn, olga, seats=1)
    letters()
    answer(meeting, person=bob, answer="yes", via="web")
    answer(meeting, person=ann, answer="yes", via="web")

    (waits,) = to(ann, letters())
    answer(meeting, person=bob, answer="no", via="web")
    (moved,) = to(ann, letters())

    assert "number 1 in line" in waits.get_body(("plain",)).get_content()
    assert entry(waits)[1].attendees[0].answer == "TENTATIVE"
    assert moved["Subject"] == "You have a seat: Autumn meeting"
    assert entry(moved)[1].attendees[0].answer == "ACCEPTED"


def test_what_is_taken_away_ends_when_it_would_have_been_over(olga, ann):
    den = make.group(ann, owner=olga, slug="den")
    plan(den, olga)
    letters()
    copy = CalendarCopy.objects.get(person=ann)
    copy.knows |= {"starts": "2026-03-28T23:00:00", "zone": "Europe/Berlin", "minutes": 300}

    [gone] = read(taken_away(copy, copies.look(copy)).encode()).entries

    assert (gone.starts.hour, gone.ends.hour) == (23, 5)


def test_who_may_know_no_more_of_it_gets_one_cancellation_without_a_word_of_the_group(olga, ann):
    den = make.group(ann, owner=olga, slug="den", name="Wombats", visibility="hidden", joining="invitation")
    plan(den, olga, title="Wombat night", room="Burrow", about="Hay")
    letters()
    leave(Membership.objects.get(group=den, person=ann), via="web")

    sent = [one for one in to(ann, letters()) if "calendar" in str(one)]

    assert len(sent) == 1
    assert entry(sent[0])[0] == "CANCEL"
    calendar = next(part for part in sent[0].walk() if part.get_content_type() == "text/calendar").get_content()
    for word in ("Wombat", "Burrow", "Hay"):
        assert word not in calendar
        assert word not in str(sent[0].get_body(("plain",)))
    queue.look_at_all()
    assert to(ann, letters()) == []


def test_who_left_before_the_letter_went_is_not_invited(tarn, olga, ann):
    plan(tarn, olga)
    carry()
    assert CalendarCopy.objects.filter(person=ann, sent_at=None).exists()
    leave(Membership.objects.get(group=tarn, person=ann), via="mail")

    assert [one for one in to(ann, letters()) if one.get_content_type() == "multipart/mixed"] == []


@pytest.mark.parametrize("turns", ["cu", "cuc", "mc", "cmu", "mm", "amcu"])
def test_every_order_of_events_ends_in_our_state(tarn, olga, ann, turns):
    """Also when nothing, or everything, is sent in between."""
    acts = {
        "c": lambda meeting: cancel(meeting, by=olga, via="web"),
        "u": lambda meeting: uncancel(meeting, by=olga, via="web"),
        "m": lambda meeting: change_meeting(
            meeting, by=olga, via="web", starts=meeting.starts.replace(tzinfo=None) + timedelta(days=1)
        ),
        "a": lambda meeting: answer(meeting, person=ann, answer="maybe", via="web"),
    }
    for sends in range(2 ** len(turns)):
        meeting = plan(tarn, olga, title=f"Meeting {sends}")
        last = entry(to(ann, letters())[-1])
        for at, turn in enumerate(turns):
            acts[turn](meeting)
            meeting.refresh_from_db()
            if sends >> at & 1:
                last = ([entry(one) for one in to(ann, letters())] or [last])[-1]
        last = ([entry(one) for one in to(ann, letters())] or [last])[-1]

        method, found = last
        assert method == ("CANCEL" if meeting.cancelled_at else "REQUEST")
        if not meeting.cancelled_at:
            assert found.starts == meeting.starts.replace(tzinfo=None)
            assert found.attendees[0].answer == ("TENTATIVE" if "a" in turns else "NEEDS-ACTION")


def test_what_was_sent_is_remembered_and_a_second_look_says_nothing(tarn, olga, ann):
    meeting = plan(tarn, olga)
    letters()

    copy = CalendarCopy.objects.select_related("meeting__group", "meeting__venue", "person").get(person=ann)

    assert copies.saying(copy, copies.look(copy)) == copies.Saying.NOTHING
    assert copy.knows == copies.facts(meeting, comes=False)
    assert copy.due_at is None


def test_the_operators_meeting_is_announced_to_members_too(tarn, ann):
    plan(tarn, OPERATOR)

    (message,) = to(ann, letters())

    assert entry(message)[0] == "REQUEST"


def test_two_who_become_one_have_one_calendar(tarn, olga, ann, bob):
    plan(tarn, olga)
    letters()

    merge(bob, into=ann, by=OPERATOR, via="test")
    carry()

    assert sorted(CalendarCopy.objects.values_list("person__name", flat=True)) == ["Ann", "Olga"]


def test_what_a_calendar_knows_is_told_and_forgotten(tarn, olga, ann):
    plan(tarn, olga)
    letters()
    queue.turn_invitations(Membership.objects.get(person=ann), is_wanted=False, via="mail")
    told = {fact.name: list(fact.rows) for fact in facts_of(ann)}

    person_erased(ann, keep_words=False)

    assert len(told["calendar-copies"]) == len(told["no-invitations"]) == 1
    assert not CalendarCopy.objects.filter(person=ann).exists()
    assert not InvitationsOff.objects.exists()


def test_a_letter_that_is_not_taken_is_tried_again_and_one_that_is_refused_is_not(tarn, olga, ann, bob):
    plan(tarn, olga)
    carry()
    refused = {"ann@example.org": transport.REFUSED, "bob@example.org": transport.DEFERRED}

    sending.send_due(Picky(refused))

    by_name = {copy.person.name: copy for copy in CalendarCopy.objects.select_related("person")}
    assert by_name["Ann"].given_up_at is not None
    assert (by_name["Bob"].sent_at, by_name["Bob"].attempts, by_name["Bob"].due_at > now()) == (None, 1, True)
    assert by_name["Olga"].sent_at is not None


def test_what_happens_while_a_letter_is_on_its_way_is_looked_at_afterwards(tarn, olga, ann):
    meeting = plan(tarn, olga)
    carry()

    def cancelled():
        cancel(meeting, by=olga, via="web")
        carry()

    sending.send_due(Picky({}, meanwhile=cancelled))
    (message,) = to(ann, letters())

    assert entry(message)[0] == "CANCEL"


def test_what_calendars_hear_of_the_way_in_ends_with_the_right_to_come(tarn, olga, ann):
    meeting = plan(tarn, olga, link="https://meet.example.org/tarn", room="")
    answer(meeting, person=ann, answer="yes", via="web")
    letters()
    copy = CalendarCopy.objects.get(person=ann)
    before = copies.look(copy)
    deny(ann, group=tarn, permission="meetings.answer", reason="Rude", by=OPERATOR, via="test")

    member = copies.look(CalendarCopy.objects.get(person=ann))
    remove_member(Membership.objects.get(group=tarn, person=ann), by=OPERATOR, via="test")
    guest = copies.look(CalendarCopy.objects.get(person=ann))

    assert [bool(one.facts["way_in"]) for one in (before, member, guest)] == [True, False, False]
    assert [one.may_hear for one in (before, member, guest)] == [True, True, False]
