"""Somebody of an old place joins with a name and an address; those who run the group read how many have."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.doors.mail import tokens
from folkmoot.doors.mail.models import Confirmation, CountsOff, OutgoingLetter
from folkmoot.doors.mail.over import views
from folkmoot.doors.mail.over.letters import send_counts, turn_counts
from folkmoot.doors.mail.tests.at_the_door import gone_out, send
from folkmoot.groups.models import Membership, Move, MoveDay
from folkmoot.groups.moves import counts_of
from folkmoot.groups.operations import (
    begin_move,
    close_group,
    come_by,
    end_move,
    end_moves,
    import_members,
    make_field,
    remove_member,
)
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.operations import bring_attendees, bring_meetings_along
from folkmoot.meetings.plans import Plan
from folkmoot.outbox.models import Event
from tests import make

BY = {"by": OPERATOR, "via": "test"}
ZOE = {"name": "Zoe Zeal", "address": "Zoe@example.net"}


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(owner=olga, name="Tarn Users", joining="approval")


@pytest.fixture
def move(group, olga):
    return begin_move(group, name="Meetup", address="https://meetup.example/tarn", members=610, by=olga, via="test")


@pytest.fixture
def page(move):
    return f"/over/{move.link.token}"


def text(response):
    return response.content.decode()


def body(copy):
    return message_from_bytes(copy.letter, policy=policy.default).get_body(("plain",)).get_content()


def link_in(copy, part):
    return re.search(rf"https?://[^/]+(/mail/{part}/\S+)", body(copy))[1]


def test_a_name_and_an_address_are_enough_and_one_click_confirms_it(client, group, move, page):
    shown = client.get(page)
    asked = client.post(page, ZOE)

    assert (shown.status_code, asked.status_code) == (200, 200)
    assert "Look into your mail" in text(asked)
    assert not group.memberships.filter(person__name="Zoe Zeal").exists()
    [letter] = gone_out()
    assert letter.recipient == "zoe@example.net"
    address = link_in(letter, "over")
    assert "Yes, I join" in text(client.get(address))
    assert not Person.objects.filter(name="Zoe Zeal").exists()

    done = client.post(address)

    zoe = Person.objects.at("zoe@example.net")
    assert (zoe.name, group.memberships.get(person=zoe).arrived_by) == ("Zoe Zeal", "link")
    assert "You are a member." in text(done)
    assert [copy.recipient for copy in gone_out()] == ["zoe@example.net"]  # how to write, and how to leave
    assert counts_of(move)[:3] == (610, 1, 1)
    again = client.post(address)
    assert (again.status_code, "confirmed already" in text(again)) == (422, True)


def test_a_reply_to_the_letter_confirms_it_as_well(client, group, page):
    client.post(page, ZOE)
    [letter] = gone_out()
    to = message_from_bytes(letter.letter, policy=policy.default)["From"].addresses[0].addr_spec

    send(to, sender="zoe@example.net", body="Yes.")

    assert Membership.objects.current().filter(group=group, person__name="Zoe Zeal").exists()


def test_who_has_confirmed_answers_the_next_meeting_without_an_account(client, group, page):
    meeting = make.meeting(group, title="First evening here")
    client.post(page, ZOE)
    done = client.post(link_in(gone_out()[0], "over"))
    rsvp = re.search(r'href="(/rsvp/[^"]+)"', text(done))[1]

    client.post(rsvp, {"answer": "yes"})

    assert [(one.person.name, one.answer) for one in meeting.rsvps.all()] == [("Zoe Zeal", "yes")]


def test_what_the_group_wants_to_know_is_asked_on_the_page_and_kept(client, group, olga, page):
    make_field(group, label="Editor", is_required=True, by=olga, via="test")

    assert client.post(page, ZOE).status_code == 422
    client.post(page, ZOE | {"field-editor": "vi"})
    client.post(link_in(gone_out()[0], "over"))

    member = group.memberships.get(person__name="Zoe Zeal")
    assert list(member.values.values_list("value", flat=True)) == ["vi"]


@pytest.mark.parametrize(
    "said", [{}, {"name": "Zoe"}, {"name": "Zoe", "address": "x"}, {"name": "x" * 300, "address": "zoe@example.net"}]
)
def test_what_is_missing_is_said_and_no_letter_goes_out(client, page, said):
    assert client.post(page, said).status_code == 422
    assert gone_out() == []


def test_openings_are_counted_and_nothing_of_who_opened(client, move, page):
    client.get(page)
    client.get(page)
    client.head(page)

    assert list(MoveDay.objects.values_list("opened", flat=True)) == [2]
    assert counts_of(move).reached == 2
    assert client.cookies.keys() <= {"csrftoken"}
    client.get(page.upper().replace("/OVER", "/over"))  # as somebody types it
    assert MoveDay.objects.get().opened == 3


def test_who_is_a_member_is_led_to_the_group_and_not_counted(client, olga, page):
    client.force_login(olga)

    assert client.get(page).headers["Location"] == "/g/tarn"
    assert not MoveDay.objects.exists()


def test_who_has_an_account_joins_as_themselves(client, group, move, page):
    client.force_login(make.person("Ann"))

    shown = text(client.get(page))
    client.post(re.search(r'action="(/join/[^"]+)"', shown)[1])

    assert Membership.objects.current().filter(group=group, person__name="Ann").exists()
    assert counts_of(move).joined == 1


def test_when_it_is_over_the_page_says_so_and_a_letter_of_before_does_nothing(client, group, olga, move, page):
    client.post(page, ZOE)
    address = link_in(gone_out()[0], "over")
    end_move(move, by=olga, via="test")

    assert client.get(page).status_code == 410
    assert client.post(page, ZOE).status_code == 410
    client.post(address)
    assert not group.memberships.filter(person__name="Zoe Zeal").exists()
    assert gone_out() == []
    assert client.get("/over/nothing").status_code == 404


def test_a_hidden_group_is_not_named_once_it_is_over(client, olga):
    hidden = make.group(owner=olga, slug="cave", visibility="hidden", joining="invitation")
    move = begin_move(hidden, name="Meetup", address="https://meetup.example/", members=3, by=olga, via="test")
    end_move(move, by=olga, via="test")

    assert "Cave" not in text(client.get(f"/over/{move.link.token}"))


def test_a_closed_group_takes_nobody(client, group, page):
    close_group(group, reason="Over.", **BY)

    assert client.get(page).status_code == 410


def test_whoever_was_taken_out_does_not_come_back_by_the_page(client, group, move, page):
    member = come_by(move.link, person=make.person("Zoe", address="zoe@example.net"), via="web")
    remove_member(member, **BY)
    client.post(page, ZOE)

    client.post(link_in(gone_out()[-1], "over"))

    assert not Membership.objects.current().filter(pk=member.pk).exists()


def test_an_address_gets_three_questions_and_no_more(client, page):
    for _time in range(6):
        client.post(page, ZOE)

    assert [copy.recipient for copy in gone_out()] == ["zoe@example.net"] * 3
    assert Confirmation.objects.count() == 3


def test_a_network_asks_for_a_hundred_letters_an_hour(client, page, settings):
    for number in range(100):
        assert client.post(page, {"name": "N", "address": f"n{number}@example.net"}).status_code == 200

    answer = client.post(page, {"name": "N", "address": "late@example.net"})

    assert answer.status_code == 422
    assert "Many people joined from your network" in text(answer)
    assert not OutgoingLetter.objects.filter(recipient="late@example.net").exists()


def weeks_later(move, weeks):
    Move.objects.filter(pk=move.pk).update(begun_at=now() - timedelta(days=7 * weeks, hours=1))
    move.refresh_from_db()


def test_those_who_look_after_members_read_the_counts_once_a_week(client, group, move):
    make.join(group, make.person("Ann"))
    assert send_counts() == 0
    weeks_later(move, 1)
    come_by(move.link, person=make.person("Bob"), via="web")
    gone_out()

    assert (send_counts(), send_counts()) == (1, 0)

    [letter] = gone_out()
    told = message_from_bytes(letter.letter, policy=policy.default)
    assert (letter.recipient, told["Subject"]) == ("olga@example.org", "Tarn Users: 1 of 610 reached, 1 joined")
    assert "/g/tarn/manage/joining/over" in body(letter)
    weeks_later(move, 2)
    assert send_counts() == 1
    Move.objects.update(ends_at=now() - timedelta(minutes=1))
    end_moves()
    assert (send_counts(), send_counts()) == (1, 0)
    assert "It is over now" in body(gone_out()[-1])


def test_one_click_of_the_mail_program_stops_these_letters(move):
    weeks_later(move, 1)
    send_counts()
    told = message_from_bytes(gone_out()[0].letter, policy=policy.default)
    stop = re.search(r"<https?://[^/]+(/mail/counts/\S+)>", told["List-Unsubscribe"])[1]
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    strict = Client(enforce_csrf_checks=True)

    assert strict.get(stop).status_code == 200
    assert not CountsOff.objects.exists()
    assert strict.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200

    weeks_later(move, 2)
    assert send_counts() == 0
    assert Event.objects.filter(kind="counts.turned_off").count() == 1
    strict.post(stop, {"again": "1"})
    assert send_counts() == 1
    assert strict.post(make.wrong(stop)).status_code == 404


def test_stopping_twice_is_stopping_once(group, olga):
    member = group.memberships.get(person=olga)
    for _time in "ab":
        turn_counts(member, is_wanted=False)

    assert Event.objects.filter(kind="counts.turned_off").count() == 1
    assert tokens.counted_for(tokens.counts_token(member.pk)) == member


def test_no_letter_ever_goes_to_an_address_that_did_not_consent(client, group, olga, move, page):
    """The whole of it: meetings, who came, a list of members who agreed, the page, weeks of letters, the end."""
    listed = [f"attendee{number}@example.net" for number in range(30)]
    start = (now() - timedelta(days=30)).replace(tzinfo=None, microsecond=0)
    bring_meetings_along(group, [Plan(uid="1@x", title="Old", starts=start, zone="UTC", counted=30)], **BY)
    rows = "".join(f"Person {number},{address}\n" for number, address in enumerate(listed))
    for _time in "ab":
        bring_attendees(group, f"name,email\n{rows}", meeting=Meeting.objects.get(), **BY)
    import_members(
        group, "name,email\nAda,ada@example.org\n", are_agreed=True, tells=True, is_moved=True, by=olga, via="test"
    )
    client.get(page)
    client.post(page, ZOE)
    client.post(page, {"name": "Not Me", "address": "typo@example.net"})  # is asked once, and never again
    letters = gone_out()
    client.post(link_in(next(copy for copy in letters if copy.recipient == "zoe@example.net"), "over"))
    make.meeting(group, title="First evening here")
    make.topic(group, author=olga)
    for week in range(1, 14):
        weeks_later(move, week)
        send_counts()
        letters += gone_out()
    Move.objects.update(ends_at=now() - timedelta(minutes=1))
    end_moves()
    send_counts()
    letters += gone_out()

    reached = {copy.recipient for copy in letters}
    assert reached == {"olga@example.org", "ada@example.org", "zoe@example.net", "typo@example.net"}
    assert [copy.recipient for copy in letters].count("typo@example.net") == 1
    assert not OutgoingLetter.objects.filter(recipient__in=listed).exists()
    assert not any(address.encode() in copy.letter for copy in letters for address in listed)
    assert not Person.objects.filter(emailaddress__email__in=listed).exists()


def test_who_opens_the_page_again_and_again_makes_no_crowd(client, move, page, monkeypatch):
    monkeypatch.setattr(views, "OPENINGS", "3/h/key")
    for _turn in range(9):
        assert client.get(page).status_code == 200

    assert counts_of(move).opened == 3
    client.get(page, REMOTE_ADDR="203.0.113.7")
    assert counts_of(move).opened == 4
