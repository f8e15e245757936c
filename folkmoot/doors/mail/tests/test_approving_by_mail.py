"""Minutes are approved by answering a letter; other words go to those who write them."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from folkmoot.accounts.models import OPERATOR, Address, Person
from folkmoot.doors.mail import addresses, programme_letters
from folkmoot.doors.mail.tests.at_the_door import gone_out, send
from folkmoot.groups.models import Group
from folkmoot.meetings.models import Minutes
from folkmoot.meetings.operations.minutes import begin_minutes, object_to, save_minutes, submit_minutes
from folkmoot.meetings.operations.points import add_point
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def minutes(ann, bob):
    group = make.group(ann, bob)
    minutes = begin_minutes(make.meeting(group, title="Looms", starts_in=timedelta(hours=-3)), by=OPERATOR, via="test")
    save_minutes(minutes, body="We met **twice**.", version=0, by=ann_who_organises(group), via="web")
    add_point(minutes.meeting, sort="action", words="Buy chairs", owner=ann, by=OPERATOR, via="test")
    submit_minutes(minutes, to=[ann, bob], by=ann_who_organises(group), via="web")
    return minutes


def ann_who_organises(group):
    return group.memberships.get(person__name="Olga").person


def letters():
    found = [(one.recipient, message_from_bytes(one.letter, policy=policy.default)) for one in gone_out()]
    return {to: (one, one.get_body(("plain",)).get_content().replace("\r\n", "\n")) for to, one in found}


def address_for(minutes, person):
    return addresses.approving(minutes.approvals.get(person=person), Minutes.objects.get(pk=minutes.pk).version)


def said(minutes):
    rows = minutes.approvals.order_by("person__name")
    return [(one.person.name, one.approved_at is not None, one.objection) for one in rows.select_related("person")]


def test_all_say_yes_by_mail_and_the_minutes_reach_the_list(minutes, ann, bob):
    asked = letters()
    letter, text = asked["ann@example.org"]
    assert letter["Subject"] == "Are these minutes right? Looms"
    assert "We met **twice**.\n\n- To do: Buy chairs (Ann)\n" in text

    body = "Yes, thanks!\n\nAnn\n\n-- \nAnn of the looms\n> If they are, answer"
    got = send(letter["From"].addresses[0].addr_spec, sender="ann@example.org", body=body)
    assert (got.outcome, got.note) == ("done", f"approves minutes {minutes.pk}")
    receipt, _words = letters()["ann@example.org"]
    assert receipt["Subject"] == "You have approved the minutes: Looms"
    got = send(address_for(minutes, bob), sender="bob@example.org", body="Genehmigt.", message_id="<2@x>")

    assert Minutes.objects.get().published_at
    told = letters()
    assert "We met" in told["ann@example.org"][1]
    assert told["ann@example.org"][0]["List-Id"]


def test_an_amendment_goes_to_those_who_write_them_and_the_mended_text_is_asked_again(minutes, ann, bob):
    letters()
    send(address_for(minutes, bob), sender="bob@example.org", body="Approved", message_id="<2@x>")
    words = "Yes, but we met three times.\n\nThe third time was in Essen."
    got = send(address_for(minutes, ann), sender="ann@example.org", body=words + "\n\n> We met **twice**.")

    assert got.note == f"objects to minutes {minutes.pk}"
    told = letters()
    assert said(minutes) == [("Ann", False, words), ("Bob", True, "")]
    assert told["olga@example.org"][0]["Subject"] == "Something is not right in the minutes: Looms"
    assert words in told["olga@example.org"][1]
    assert words in told["ann@example.org"][1]
    olga = ann_who_organises(minutes.meeting.group)
    old = address_for(minutes, bob)
    save_minutes(minutes, body="We met three times.", version=1, by=olga, via="web")
    submit_minutes(minutes, to=[ann, bob], by=olga, via="web")

    asked = letters()
    assert all("three times" in asked[to][1] for to in ("ann@example.org", "bob@example.org"))
    late = send(old, sender="bob@example.org", body="Yes", message_id="<4@x>")
    assert (late.outcome, "changed since you read them" in late.note) == ("refused", True)
    for person, number in ((ann, 5), (bob, 6)):
        send(address_for(minutes, person), sender=f"{person.handle}@example.org", body="ok", message_id=f"<{number}@x>")
    assert Minutes.objects.get().published_at


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"Auto_Submitted": "auto-replied"}, "dropped"),
        ({"to": "tarn+approve-2-3-wrongwrongwr@localhost"}, "dropped"),
        ({"Authentication_Results": "localhost; dmarc=fail header.from=example.org"}, "dropped"),
        ({"sender": "bob@example.org"}, "refused"),
        ({"body": "> Yes"}, "refused"),
    ],
)
def test_what_approves_nothing(minutes, ann, settings, fields, outcome):
    settings.AUTHSERV_ID = "localhost"

    got = send(fields.pop("to", address_for(minutes, ann)), **{"sender": "ann@example.org", "body": "Yes"} | fields)

    assert got.outcome == outcome
    assert said(minutes) == [("Ann", False, ""), ("Bob", False, "")]


def test_a_letter_that_was_handed_on_approves_nothing_and_who_was_asked_hears_of_it(minutes, ann):
    letters()

    got = send(address_for(minutes, ann), sender="Eve <eve@elsewhere.example>", body="Yes")

    assert got.note == f"not from an address of person {ann.pk}, who hears of it"
    assert said(minutes) == [("Ann", False, ""), ("Bob", False, "")]
    told = letters()
    assert list(told) == ["ann@example.org"]
    letter, text = told["ann@example.org"]
    assert letter["Subject"] == "An answer that does not count: are the minutes right? Looms"
    assert "eve@elsewhere.example" in text
    assert f"/meetings/{minutes.meeting_id}/minutes" in text
    send(address_for(minutes, ann), sender="eve@elsewhere.example", body="We never met.", message_id="<2@x>")
    assert said(minutes) == [("Ann", False, ""), ("Bob", False, "")]


def test_the_letter_says_whose_answer_counts(minutes):
    told = " ".join(letters()["ann@example.org"][1].split())

    assert "Only an answer from your own address counts. This letter is yours: do not hand it on." in told


def test_at_an_address_that_the_group_knows_to_be_theirs_they_may_answer(minutes, ann):
    address = Address.objects.get(user=ann)
    Address.objects.filter(pk=address.pk).update(verified=False)
    assert minutes.meeting.group.memberships.filter(person=ann, address=address).exists()

    send(address_for(minutes, ann), sender="ann@example.org", body="Yes")

    assert said(minutes)[0] == ("Ann", True, "")
    assert letters()["ann@example.org"][0]["Subject"] == "You have approved the minutes: Looms"


def test_where_the_mail_server_has_to_vouch_for_letters_it_vouches_for_approvals_too(minutes, ann, settings):
    settings.AUTHSERV_ID = "localhost"
    Group.objects.update(proof=Group.Proof.PASS)

    got = send(address_for(minutes, ann), sender="ann@example.org", body="Yes")
    assert (got.outcome, "Nothing proves" in got.note) == ("refused", True)
    assert said(minutes)[0] == ("Ann", False, "")
    passing = "localhost; dmarc=pass header.from=example.org"
    send(
        address_for(minutes, ann),
        sender="ann@example.org",
        body="Yes",
        message_id="<2@x>",
        Authentication_Results=passing,
    )

    assert said(minutes)[0] == ("Ann", True, "")


def test_who_is_asked_no_more_and_who_left_approves_nothing(minutes, ann, bob):
    address = address_for(minutes, ann)
    submit_minutes(minutes, to=[bob], by=OPERATOR, via="test")
    assert send(address, sender="ann@example.org", body="Yes").outcome == "dropped"
    address = address_for(minutes, bob)
    Person.objects.filter(pk=bob.pk).update(is_active=False)

    assert send(address, sender="bob@example.org", body="Yes", message_id="<2@x>").outcome == "dropped"
    assert Minutes.objects.get().published_at is None


def test_who_says_it_a_hundred_times_fills_nobodys_mailbox(minutes, ann, monkeypatch):
    monkeypatch.setattr(programme_letters, "OBJECTED_A_DAY", 3)
    for turn in range(9):
        object_to(minutes, person=ann, words=f"No {turn}", version=1, via="web")

    assert [one.recipient for one in gone_out()].count("olga@example.org") == 3
