"""Letters to those who run a group, their links, and the shared address of a responsibility."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import localdate, now

from folkmoot.doors.mail.duty_letters import send_todo
from folkmoot.doors.mail.models import IncomingLetter, OutgoingLetter
from folkmoot.doors.mail.tests.at_the_door import gone_out, send
from folkmoot.groups.models import Application, Election
from folkmoot.groups.operations import apply
from folkmoot.groups.operations.duties import ask_successor, give_duty, make_duty, remind_of_ends
from folkmoot.outbox.operations import record
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(make.person("Ann"), make.person("Bea"), owner=olga, joining="approval")


@pytest.fixture
def duty(group, olga):
    made = make_duty(group, name="Treasurer", slug="treasurer", by=olga, via="test")
    give_duty(made, to=member(group, "Ann"), deputy=member(group, "Bea"), by=olga, via="test")
    return made


def member(group, name):
    return group.memberships.select_related("person").get(person__name=name)


def link(copy, path):
    found = copy.letter.replace(b"=\r\n", b"").decode().partition(f"/mail/{path}/")[2]
    return f"/mail/{path}/{found.split()[0]}"


def test_the_shared_address_follows_the_holder(group, duty, olga):
    make.person("Zoe")

    one = send("tarn+treasurer@localhost", sender="zoe@example.org")
    give_duty(duty, to=member(group, "Bea"), by=olga, via="test")
    two = send("tarn+treasurer@localhost", sender="zoe@example.org", message_id="<two@example.org>")

    assert {one.outcome, two.outcome} == {IncomingLetter.Outcome.DONE}
    handed_on = OutgoingLetter.objects.filter(kind="handed_on").order_by("pk")
    assert list(handed_on.values_list("recipient", flat=True)) == ["ann@example.org", "bea@example.org"]


def test_a_hidden_groups_address_takes_no_strangers_letter_and_no_programs(group, duty, olga):
    type(group).objects.filter(pk=group.pk).update(visibility="hidden")

    strange = send("tarn+treasurer@localhost", sender="eve@elsewhere.example")
    automatic = send("tarn+treasurer@localhost", message_id="<a@example.org>", Auto_Submitted="auto-replied")

    assert {strange.outcome, automatic.outcome} == {IncomingLetter.Outcome.DROPPED}
    assert not OutgoingLetter.objects.filter(kind="handed_on").exists()


def test_a_successor_says_yes_by_the_link_and_only_once(client, group, duty, olga):
    ask_successor(duty, successor=member(group, "Bea"), by=olga, via="test")
    [copy] = [one for one in gone_out() if one.recipient == "bea@example.org"]
    address = link(copy, "duty")

    assert client.get(address).status_code == 200
    duty.refresh_from_db()
    assert duty.holder == member(group, "Ann")
    client.post(address)

    duty.refresh_from_db()
    assert duty.holder == member(group, "Bea")
    assert client.get(address).status_code == 404
    assert client.get(make.wrong(address)).status_code == 404


def test_holder_and_deputy_hear_of_the_end(group, duty, olga):
    ends_on = localdate() + timedelta(days=20)
    give_duty(duty, to=member(group, "Ann"), deputy=member(group, "Bea"), ends_on=ends_on, by=olga, via="test")
    gone_out()

    remind_of_ends()
    remind_of_ends()

    assert {one.recipient for one in gone_out()} == {"ann@example.org", "bea@example.org"}


def test_what_waits_comes_once_a_day_and_is_done_by_its_link(client, group, olga):
    apply(group, person=make.person("Cy"), via="test")
    gone_out()

    send_todo()
    send_todo()
    [copy] = gone_out()
    address = link(copy, "todo")
    client.get(address)
    assert Application.objects.get().decided_at is None
    client.post(address, {"act": "accept"})

    assert copy.recipient == "olga@example.org"
    assert Application.objects.get().is_accepted
    assert client.post(address, {"act": "accept"}).status_code == 200


def test_no_letter_where_nothing_waits_and_no_link_for_who_may_no_more(client, group, olga):
    assert send_todo() == 0

    apply(group, person=make.person("Cy"), via="test")
    gone_out()
    send_todo()
    [copy] = gone_out()
    member(group, "Olga").grants.all().delete()
    type(group).objects.filter(pk=group.pk).update(access_version=7)
    client.post(link(copy, "todo"), {"act": "accept"})

    assert Application.objects.get().decided_at is None


def test_members_hear_of_a_vote(group, olga):
    gone_out()
    group.memberships.filter(person__name="Ann").update(active_at=now())
    vote = Election.objects.create(group=group, closes_at=now() + timedelta(days=9), electorate=1, quorum=1)
    with transaction.atomic():
        record("election.opened", vote, by=None, via="clock")

    assert {one.recipient for one in gone_out()} == {"ann@example.org", "olga@example.org"}
