"""Answers to invitations that come by mail: from calendar programs and in a word."""

from datetime import UTC, datetime, timedelta

import pytest

from folkmoot.conversations.models import Post
from folkmoot.doors.mail import tokens
from folkmoot.doors.mail.models import IncomingLetter, OutgoingLetter
from folkmoot.doors.mail.tests.at_the_door import send
from folkmoot.doors.mail.tests.meeting_mail import (
    answer_letter,
    entry,
    letters,
    plan,
    reply_to,
    send_back,
    to,
)
from folkmoot.meetings.models import Rsvp
from folkmoot.meetings.operations import answer, cancel, move_up
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


@pytest.fixture
def meeting(tarn, olga):
    return plan(tarn, olga, guests=2)


@pytest.fixture
def invitation(meeting, ann):
    (message,) = to(ann, letters())
    return message


def answers(meeting):
    return list(Rsvp.objects.filter(meeting=meeting).order_by("person__name").values_list("person__name", "answer"))


def in_words(invitation, body, *, sender="ann@example.org", **fields):
    where = invitation["Reply-To"].addresses[0].addr_spec
    return send(where, sender=sender, body=body, subject="Re: Autumn meeting", **fields)


def refusals():
    letters()
    return list(OutgoingLetter.objects.filter(kind="answer_refused").values_list("recipient", flat=True))


@pytest.mark.parametrize(("participation", "said"), [("ACCEPTED", "yes"), ("TENTATIVE", "maybe"), ("DECLINED", "no")])
def test_a_calendar_program_answers_and_hears_nothing_it_knows(meeting, invitation, ann, participation, said):
    outcome = send_back(answer_letter(reply_to(invitation, participation), invitation))

    assert (outcome.outcome, answers(meeting)) == ("done", [("Ann", said)])
    assert Rsvp.objects.get().via == "calendar"
    assert to(ann, letters()) == []


def test_guests_and_a_comment_come_along(meeting, invitation):
    calendar = reply_to(invitation, "ACCEPTED;X-NUM-GUESTS=2", COMMENT="I bring the key")

    send_back(answer_letter(calendar, invitation))

    rsvp = Rsvp.objects.get()
    assert (rsvp.guests, rsvp.note) == (2, "I bring the key")


def test_who_accepts_and_finds_no_seat_hears_that_they_wait(tarn, olga, ann, bob):
    meeting = plan(tarn, olga, seats=1)
    (invitation,) = to(ann, letters())
    answer(meeting, person=bob, answer="yes", via="web")

    send_back(answer_letter(reply_to(invitation), invitation))
    (message,) = to(ann, letters())

    assert entry(message)[1].attendees[0].answer == "TENTATIVE"
    assert "number 1 in line" in message.get_body(("plain",)).get_content()


def test_the_same_answer_twice_is_one(meeting, invitation):
    calendar = reply_to(invitation)
    for number in (1, 2):
        send_back(answer_letter(calendar, invitation, message_id=f"<{number}@x>"))

    assert answers(meeting) == [("Ann", "yes")]
    assert refusals() == []


def test_an_older_answer_that_comes_later_changes_nothing_and_is_told_so(meeting, invitation):
    later = datetime.now(UTC) + timedelta(minutes=-2)
    earlier = later - timedelta(hours=1)
    send_back(answer_letter(reply_to(invitation, "DECLINED", said_at=later), invitation, message_id="<2@x>"))

    outcome = send_back(answer_letter(reply_to(invitation, said_at=earlier), invitation, message_id="<1@x>"))

    assert (outcome.outcome, answers(meeting)) == ("refused", [("Ann", "no")])
    assert refusals() == ["ann@example.org"]


def test_an_answer_that_comes_too_late_changes_nothing_and_is_told_so_also_to_a_program(meeting, invitation, olga):
    cancel(meeting, by=olga, via="web")

    outcome = send_back(answer_letter(reply_to(invitation), invitation, Auto_Submitted="auto-generated"))

    assert (outcome.outcome, answers(meeting)) == ("refused", [])
    assert "does not take place" in outcome.note
    assert refusals() == ["ann@example.org"]


def test_somebody_elses_invitation_answers_for_nobody(meeting, invitation, bob):
    outcome = send_back(answer_letter(reply_to(invitation), invitation, sender="bob@example.org"))

    assert (outcome.outcome, answers(meeting)) == ("refused", [])
    assert refusals() == ["bob@example.org"]


def test_an_answer_in_anothers_name_is_refused(meeting, invitation):
    forged = reply_to(invitation).replace("mailto:ann@example.org", "mailto:bob@example.org")

    outcome = send_back(answer_letter(forged, invitation))

    assert (outcome.outcome, answers(meeting)) == ("refused", [])
    assert "bob@example.org" in outcome.note


def test_an_unknown_uid_a_delegation_and_a_made_up_token_change_nothing(meeting, invitation):
    unknown = reply_to(invitation).replace(meeting.uid, "nothing@example.org")
    delegated = reply_to(invitation, "DELEGATED")
    wrong = make.wrong(tokens.rsvp_token(meeting.pk, 999_999))

    outcomes = [
        send_back(answer_letter(unknown, invitation, message_id="<1@x>")),
        send_back(answer_letter(delegated, invitation, message_id="<2@x>")),
        send_back(
            answer_letter(reply_to(invitation), invitation, message_id="<3@x>", to=f"tarn+rsvp-{wrong}@localhost")
        ),
    ]

    assert [one.outcome for one in outcomes] == ["refused"] * 3
    assert len({one.note for one in outcomes}) == 3
    assert answers(meeting) == []


def test_without_a_token_only_a_proven_sender_answers(meeting, invitation, settings):
    settings.AUTHSERV_ID = "mx.localhost"
    calendar = reply_to(invitation)
    plain = {"to": "tarn+rsvp@localhost"}

    unproven = send_back(answer_letter(calendar, invitation, message_id="<1@x>", **plain))
    said = {"Authentication_Results": "mx.localhost; dmarc=fail header.from=example.org"}
    forged = send_back(answer_letter(calendar, invitation, message_id="<2@x>", **plain, **said))
    before = answers(meeting)
    said = {"Authentication_Results": "mx.localhost; dmarc=pass header.from=example.org"}
    proven = send_back(answer_letter(calendar, invitation, message_id="<3@x>", **plain, **said))

    assert [one.outcome for one in (unproven, forged, proven)] == ["refused", "dropped", "done"]
    assert (before, answers(meeting)) == ([], [("Ann", "yes")])


def test_another_time_is_handed_on_and_changes_nothing(meeting, invitation, ann, olga):
    calendar = reply_to(invitation, method="COUNTER")

    outcome = send_back(answer_letter(calendar, invitation))
    sent = letters()

    assert (outcome.outcome, answers(meeting)) == ("done", [])
    assert [one["Subject"] for one in to(olga, sent)] == ["Ann proposes another time: Autumn meeting"]
    assert [one["Subject"] for one in to(ann, sent)] == ["Your proposal: Autumn meeting"]


def two_answers(tarn, olga, ann):
    """Two meetings, the invitation to the first, and a calendar that accepts both."""
    meetings = [plan(tarn, olga, title=f"Meeting {number}") for number in (1, 2)]
    first, second = to(ann, letters())
    inner = reply_to(second).partition("BEGIN:VEVENT")[2].partition("END:VEVENT")[0]
    both = reply_to(first).replace("END:VCALENDAR", f"BEGIN:VEVENT{inner}END:VEVENT\nEND:VCALENDAR")
    return meetings, first, both


def test_several_answers_of_a_proven_sender_are_all_counted(tarn, olga, ann, settings):
    settings.AUTHSERV_ID = "mx.localhost"
    meetings, first, both = two_answers(tarn, olga, ann)
    said = {"Authentication_Results": "mx.localhost; dmarc=pass header.from=example.org"}

    outcome = send_back(answer_letter(both, first, to="tarn+rsvp@localhost", **said))

    assert outcome.outcome == "done"
    assert [answers(meeting) for meeting in meetings] == [[("Ann", "yes")]] * 2


def test_the_address_of_one_invitation_answers_no_other(tarn, olga, ann):
    meetings, first, both = two_answers(tarn, olga, ann)

    outcome = send_back(answer_letter(both, first))

    assert outcome.outcome == "refused"
    assert [answers(meeting) for meeting in meetings] == [[], []]


@pytest.mark.parametrize(
    ("body", "said", "guests"),
    [("Yes", "yes", 0), ("Ja, +1", "yes", 1), ("no sorry", "no", 0), ("Vielleicht.", "maybe", 0)],
)
def test_one_word_is_an_answer_and_is_told_how_it_stands(meeting, invitation, ann, body, said, guests):
    outcome = in_words(invitation, f"{body}\n\n> Do you come?")

    rsvp = Rsvp.objects.get()
    assert (outcome.outcome, rsvp.answer, rsvp.guests, rsvp.via) == ("done", said, guests, "mail")
    (receipt,) = to(ann, letters())
    assert f"Your answer: {said}" in receipt.get_body(("plain",)).get_content()
    assert Post.objects.count() == 1


def test_a_word_more_is_a_note_for_those_who_organise(meeting, invitation):
    in_words(invitation, "Yes\n\nI am late by half an hour.\n\n> Do you come?")

    assert Rsvp.objects.get().note == "I am late by half an hour."


def test_anything_else_is_said_in_the_meetings_conversation(meeting, invitation, ann):
    outcome = in_words(invitation, "Is there parking near the town hall?")

    meeting.refresh_from_db()
    assert outcome.outcome == "done"
    assert list(meeting.topic.posts.in_order().values_list("author__name", "body"))[1:] == [
        ("Ann", "Is there parking near the town hall?")
    ]
    assert answers(meeting) == []


def test_a_yes_with_a_long_letter_is_both(meeting, invitation):
    in_words(invitation, "Yes\n\n" + "I have a talk to give. " * 30)

    assert answers(meeting) == [("Ann", "yes")]
    assert Post.objects.count() == 2


def test_a_word_in_a_refused_answer_changes_nothing(meeting, invitation):
    outcome = in_words(invitation, "Yes, +7")

    assert (outcome.outcome, answers(meeting)) == ("refused", [])
    assert refusals() == ["ann@example.org"]


def test_a_vacation_reply_is_no_answer(meeting, invitation):
    outcome = in_words(invitation, "Yes, I am away", Auto_Submitted="auto-replied")

    assert (outcome.outcome, answers(meeting)) == ("dropped", [])
    assert IncomingLetter.objects.count() == 1


def test_a_seat_that_is_offered_is_taken_by_a_word(tarn, olga, ann, bob):
    meeting = plan(tarn, olga, seats=1, policy="offer")
    letters()
    answer(meeting, person=bob, answer="yes", via="web")
    answer(meeting, person=ann, answer="yes", via="web")
    letters()
    answer(meeting, person=bob, answer="no", via="web")
    letters()
    Rsvp.objects.filter(person=ann).update(offered_at=None)
    move_up(meeting, at=meeting.starts_at - timedelta(hours=2))
    (offer,) = [one for one in to(ann, letters()) if "A seat is free" in one["Subject"]]

    send(offer["From"].addresses[0].addr_spec, sender="ann@example.org", body="yes", message_id="<s@x>")

    assert Rsvp.objects.get(person=ann).comes


def test_what_a_reply_quotes_lets_nobody_else_answer(meeting, invitation, ann):
    address = invitation["Reply-To"].addresses[0].addr_spec
    quoted = invitation.get_body(("plain",)).get_content().replace("\n", "\n> ")
    token = tokens.rsvp_token(meeting.pk, ann.pk)

    in_words(invitation, f"Where is it?\n\nOn Tuesday, Tarn <{address}> wrote:\n> {quoted}")

    said = Post.objects.latest("pk")
    assert "Where is it?" in said.body
    assert "Autumn meeting" in said.body
    assert token in quoted
    for kept in (said.body, said.html):
        assert token not in kept
        assert "/mail/invitations/" + tokens.invitations_token(1)[:1] not in kept
