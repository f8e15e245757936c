"""The pages behind the links of letters about meetings."""

import re

import pytest
from django.test import Client

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.doors.mail import tokens
from folkmoot.doors.mail.models import Confirmation, InvitationsOff, OutgoingLetter
from folkmoot.doors.mail.tests.at_the_door import send
from folkmoot.doors.mail.tests.meeting_mail import entry, letters, plan, to
from folkmoot.groups.models import Membership, Role
from folkmoot.groups.operations import allow
from folkmoot.meetings.models import Rsvp
from folkmoot.meetings.operations import cancel
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


@pytest.fixture
def meeting(tarn, olga):
    return plan(tarn, olga, guests=2)


@pytest.fixture
def link(meeting, ann):
    (invitation,) = to(ann, letters())
    return re.search(r"http\S+(/rsvp/\S+)", invitation.get_body(("plain",)).get_content())[1]


def test_looking_at_the_link_changes_nothing_and_a_button_answers(client, meeting, link):
    page = client.get(f"{link}?answer=yes")
    before = Rsvp.objects.count()
    answered = client.post(link, {"answer": "yes", "guests": "1", "note": "Late"}, follow=True)

    assert (page.status_code, before) == (200, 0)
    assert b"Autumn meeting" in page.content
    rsvp = Rsvp.objects.get()
    assert (rsvp.person.name, rsvp.answer, rsvp.guests, rsvp.note, rsvp.via) == ("Ann", "yes", 1, "Late", "link")
    assert b"Your answer: Yes." in answered.content


def test_a_refused_answer_comes_back_with_words(client, meeting, link, olga):
    too_many = client.post(link, {"answer": "yes", "guests": "9"})
    nonsense = client.post(link, {"answer": "perhaps"})
    cancel(meeting, by=olga, via="web")
    late = client.post(link, {"answer": "yes"})

    assert [too_many.status_code, nonsense.status_code, late.status_code] == [422] * 3
    assert b"does not take place" in late.content
    assert not Rsvp.objects.exists()


def test_a_made_up_link_is_nobodys(client, meeting):
    assert client.get("/rsvp/1-2-abcdefghijkl").status_code == 404
    assert client.post("/rsvp/1-2-abcdefghijkl", {"answer": "yes"}).status_code == 404


def test_invitations_are_turned_off_and_on_by_the_letters_last_line(client, tarn, ann):
    page = f"/mail/invitations/{tokens.invitations_token(Membership.objects.get(person=ann).pk)}"
    client.get(page)
    looked = InvitationsOff.objects.count()
    client.post(page)
    off = InvitationsOff.objects.count()
    again = client.post(page, {"again": "1"}, follow=True)

    assert (looked, off, InvitationsOff.objects.count()) == (0, 1, 0)
    assert b"No more invitations" in again.content
    assert client.get("/mail/invitations/1-abcdefghijkl").status_code == 404


@pytest.fixture
def open_meeting(meeting, tarn, olga):
    role = tarn.roles.get(audience=Role.Audience.ANYONE)
    allow(role, permission="meetings.answer", by=OPERATOR, via="test")
    letters()
    return meeting


def come(client, meeting, name="Zoe", address="zoe@example.org"):
    return client.post(f"/meetings/{meeting.pk}/answer-by-mail", {"name": name, "address": address})


def test_somebody_without_an_account_comes_by_a_proven_address(client, open_meeting):
    asked = come(client, open_meeting)
    before = (Rsvp.objects.count(), Person.objects.filter(name="Zoe").count())
    (question,) = [message for _, message in letters()]
    link = re.search(r"http\S+(/mail/come/\S+)", question.get_body(("plain",)).get_content())[1]
    client.get(link)
    looked = Rsvp.objects.count()
    client.post(link)

    assert (asked.status_code, before, looked) == (200, (0, 0), 0)
    assert Rsvp.objects.get().person == Person.objects.at("zoe@example.org")
    (receipt,) = [message for recipient, message in letters() if recipient == "zoe@example.org"]
    assert entry(receipt)[1].attendees[0].answer == "ACCEPTED"
    assert client.post(link).status_code >= 400


def test_a_reply_to_the_question_confirms_as_well(client, open_meeting):
    come(client, open_meeting)

    outcome = send(f"tarn+confirm-{Confirmation.objects.get().token}@localhost", sender="zoe@example.org", body="")

    assert (outcome.outcome, Rsvp.objects.get().answer) == ("done", "yes")


def test_nobody_makes_us_write_to_an_address_without_end(client, open_meeting):
    answers = [come(client, open_meeting).status_code for _ in range(9)]

    assert set(answers) == {200}
    assert OutgoingLetter.objects.filter(kind="confirm_answer").count() == 3


def test_who_asked_for_one_meeting_thrice_still_comes_to_another_until_the_day_is_full(client, open_meeting, olga):
    others = [plan(open_meeting.group, olga, title=f"Meeting {number}") for number in range(3)]
    letters()
    for _ in range(4):
        come(client, open_meeting)
    asked = [Confirmation.objects.filter(meeting=open_meeting).count()]

    for meeting in others:
        come(client, meeting)
        asked.append(Confirmation.objects.filter(meeting=meeting).count())

    assert asked == [3, 1, 1, 0]
    assert OutgoingLetter.objects.filter(kind="confirm_answer").count() == 5


def test_a_network_that_asks_for_many_addresses_comes_to_an_end(open_meeting):
    answers = [
        come(Client(REMOTE_ADDR=f"198.51.100.{number}"), open_meeting, address=f"p{number}@example.org")
        for number in range(21)
    ]
    elsewhere = come(Client(REMOTE_ADDR="203.0.113.9"), open_meeting)

    assert [answer.status_code for answer in answers] == [200] * 20 + [422]
    assert b"Many answers came from your network" in answers[-1].content
    assert elsewhere.status_code == 200
    assert Confirmation.objects.count() == 21


def test_a_strangers_page_leads_there(client, open_meeting):
    page = client.get(open_meeting.get_absolute_url())

    assert f"/meetings/{open_meeting.pk}/answer-by-mail" in page.content.decode()


def test_where_only_members_answer_there_is_no_such_page(client, meeting, ann):
    assert b"answer-by-mail" not in client.get(meeting.get_absolute_url()).content
    assert client.get(f"/meetings/{meeting.pk}/answer-by-mail").status_code == 404
    assert come(client, meeting).status_code == 404
    assert not Confirmation.objects.exists()


def test_a_bad_address_is_told_so(client, open_meeting):
    answer = come(client, open_meeting, address="nowhere")

    assert answer.status_code == 422
    assert not Confirmation.objects.exists()
