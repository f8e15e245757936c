from email import message_from_bytes, policy

import pytest
from django.test import Client

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.doors.mail import tokens
from folkmoot.doors.mail.tests.at_the_door import gone_out, send
from folkmoot.groups.operations import remove_member
from folkmoot.meetings import answers_to_dates
from folkmoot.meetings.models import DateAnswer
from folkmoot.meetings.operations import change_dates, close_dates
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def poll(ann, bob):
    return make.dates(make.group(ann, bob, time_zone="Europe/Berlin"))


def letters():
    """What goes out now, by whom it is for: the letter and its text."""
    found = [(one.recipient, message_from_bytes(one.letter, policy=policy.default)) for one in gone_out()]
    return {to: (one, one.get_body(("plain",)).get_content().replace("\r\n", "\n")) for to, one in found}


def said():
    return list(DateAnswer.objects.order_by("choice__starts_at").values_list("person__name", "answer", "via"))


def token_of(person, poll):
    return tokens.dates_token(poll.group.memberships.get(person=person).pk, poll)


def test_members_are_asked_in_their_own_zone_and_answer_by_letter(poll, ann, bob):
    Person.objects.filter(pk=bob.pk).update(time_zone="Asia/Tokyo")
    asked = letters()
    assert set(asked) == {"ann@example.org", "bob@example.org", "olga@example.org"}
    letter, text = asked["bob@example.org"]
    first = answers_to_dates.in_order(poll)[0]
    assert f"  1  {answers_to_dates.in_words(first.starts_at, 120, 'Asia/Tokyo')}\n" in text

    got = send(letter["From"].addresses[0].addr_spec, sender="bob@example.org", body="1+ 2~ 3-\n\n> 1- 2-")

    assert (got.outcome, got.note) == ("done", f"answers to dates {poll.pk}")
    assert said() == [("Bob", "yes", "mail"), ("Bob", "if", "mail"), ("Bob", "no", "mail")]
    receipt, words = letters()["bob@example.org"]
    assert receipt["Subject"] == "Your answers are kept: When?"
    assert ": If need be\n" in words


@pytest.mark.parametrize("body", ["I don't know yet", "9+", "Thursday?"])
def test_what_is_no_answer_goes_back_with_words(poll, bob, body):
    got = send(f"tarn+dates-{token_of(bob, poll)}@localhost", sender="bob@example.org", body=body)

    assert got.outcome == "refused"
    assert "We could not read an answer" in got.note
    assert not said()


@pytest.mark.parametrize(
    "more", [{"Auto_Submitted": "auto-replied"}, {"to": "tarn+dates-2-3-4-wrongwrongwr@localhost"}]
)
def test_a_program_and_a_guess_answer_nothing(poll, bob, more):
    to = more.pop("to", f"tarn+dates-{token_of(bob, poll)}@localhost")

    got = send(to, sender="bob@example.org", body="1+", **more)

    assert got.outcome == "dropped"
    assert not said()


def test_numbers_of_times_that_have_changed_count_nothing(poll, bob):
    token = token_of(bob, poll)
    times = [answers_to_dates.zones.to_local(one.starts_at, poll.zone) for one in answers_to_dates.in_order(poll)]
    letters()
    change_dates(poll, by=OPERATOR, via="test", times=times[1:])

    got = send(f"tarn+dates-{token}@localhost", sender="bob@example.org", body="1+")

    assert got.outcome == "refused"
    assert not said()
    assert "the times are other ones now" in letters()["ann@example.org"][1]


def test_a_link_shows_and_only_sending_the_form_answers(poll, ann, bob):
    address = f"/mail/dates/{token_of(bob, poll)}"
    first = answers_to_dates.in_order(poll)[0]
    client = Client()

    assert "Bob" in client.get(address).content.decode()
    assert not said()
    answer = client.post(address, {f"date-{first.pk}": "yes"})

    assert "Your answers are kept." in answer.content.decode()
    assert said() == [("Bob", "yes", "mail")]
    assert client.post(address, {f"date-{first.pk}": "x"}).status_code == 422
    assert client.get("/mail/dates/1-2-3-wrongwrongwr").status_code == 404


def test_after_the_end_and_after_leaving_a_link_answers_nothing(poll, bob):
    address = f"/mail/dates/{token_of(bob, poll)}"
    first = answers_to_dates.in_order(poll)[0]
    close_dates(poll, by=OPERATOR, via="test")

    assert Client().post(address, {f"date-{first.pk}": "yes"}).status_code == 422
    remove_member(poll.group.memberships.get(person=bob), by=OPERATOR, via="test")
    assert Client().post(address, {f"date-{first.pk}": "yes"}).status_code == 404

    assert not said()
