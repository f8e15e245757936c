"""How people come in, by command and by letter."""

import json
import re

import pytest
from click.testing import CliRunner
from django.test import Client

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.commands import ALL
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.groups.models import InvitationLink, Membership
from folkmoot.groups.operations import apply, ask, decide, found, import_members, leave, make_link
from folkmoot.kit.mime import read
from folkmoot.outbox.relay import drain
from tests import make


def run(*arguments):
    member = next(one for one in ALL if one.name == "member")
    done = CliRunner().invoke(member, arguments)
    return done.exit_code, done.output


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(owner=olga)


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes("Name;E-Mail\nJürgen;jg@example.net\nÅsa;\n".encode("cp1252"))
    return str(path)


def letters(kind):
    return [read(bytes(one.raw)) for one in OutgoingLetter.objects.filter(kind=kind).order_by("pk")]


def test_a_list_is_rehearsed_and_brought_by_command(group, roster):
    code, said = run("import", roster, "--group", "tarn", "--agreed", "--dry-run", "--json")
    facts = json.loads(said)
    assert (code, facts["dry_run"], facts["added"], facts["refused"]) == (0, True, 1, 1)
    assert [(one["line"], one["outcome"]) for one in facts["rows"]] == [(2, "added"), (3, "refused")]
    assert group.memberships.count() == 1

    code, said = run("import", roster, "--group", "tarn", "--agreed")

    assert code == 0
    assert "1 become members" in said
    assert "line 3: Åsa" in said
    assert group.memberships.current().count() == 2


def test_without_a_word_of_consent_they_are_invited(group, roster):
    code, said = run("import", roster, "--group", "tarn")

    assert "1 are invited" in said
    assert "--agreed" in said
    assert (code, group.memberships.count(), group.invitations.count()) == (0, 1, 1)


def test_links_are_made_listed_and_closed_by_command(group):
    code, said = run("link", "make", "tarn", "--uses", "3", "--role", "moderator", "--until", "2099-12-31", "--json")
    made = json.loads(said)
    assert (code, made["most_uses"], made["role"]) == (0, 3, "moderator")
    assert f"/join/{InvitationLink.objects.get().token}" in made["address"]
    assert made["address"] in run("link", "list", "tarn")[1]

    assert run("link", "close", "tarn", str(made["number"]))[0] == 0
    assert run("link", "list", "tarn")[1] == "No links.\n"
    assert run("link", "close", "tarn", "999")[0] == 4
    assert run("link", "make", "tarn", "--role", "nothing")[0] == 4


def test_rules_are_made_listed_and_removed_by_command(group, olga):
    make.join(group, make.person("Ann"))
    found(founder=olga, name="Team", slug="team", parent=group, by=olga, via="test")

    made = json.loads(run("rule", "make", "team", "--of", "tarn", "--takes-out", "--json")[1])

    assert (made["about"], made["here"], made["takes_out"]) == ("group", 1, True)
    assert "Members of Tarn" in run("rule", "list", "team")[1]
    assert run("rule", "remove", "team", str(made["number"]))[0] == 0
    assert run("rule", "list", "team")[1] == "No rules.\n"
    assert run("rule", "make", "team")[0] == 2
    assert run("rule", "make", "team", "--company", "Nobody")[0] == 3


def test_whoever_is_taken_in_is_told_where_that_is_wanted_and_how_to_leave(group, olga):
    import_members(group, "jg@example.net\n", are_agreed=True, tells=True, by=olga, via="web")
    import_members(group, "asa@example.net\n", are_agreed=True, by=olga, via="web")
    drain(SUBSCRIBERS)

    (letter,) = letters("added")
    assert "tarn+leave@" in letter.body
    assert OutgoingLetter.objects.get(kind="added").recipient == "jg@example.net"


def test_whoever_leaves_on_a_page_has_a_receipt_by_mail(group, olga):
    member = make.join(group, make.person("Ann"))
    leave(Membership.objects.select_related("group", "person").get(pk=member.pk), via="web")
    drain(SUBSCRIBERS)

    (letter,) = letters("left")
    assert "You were a member of Tarn" in letter.body
    assert "Join again on its page" in letter.body


def test_a_letter_tells_the_answers_and_one_the_reason(olga):
    group = make.group(owner=olga, slug="asking", joining="approval")
    why = ask(group, words="Why here?", by=olga, via="test")
    application = apply(group, person=make.person("Ann"), answers={why.pk: "For the cake."}, via="web")
    drain(SUBSCRIBERS)
    assert re.search(r"Why here\?\s+For the cake\.", letters("application")[0].body)

    decide(application, is_accepted=False, reason="No cake here.", by=olga, via="web")
    drain(SUBSCRIBERS)

    assert "No cake here." in letters("application_decided")[0].body


def test_signing_up_leads_back_to_the_link(group, olga):
    link, guest = make_link(group, by=olga, via="test"), Client()
    sign_up = re.search(r'href="(/account/signup/\?next=[^"]+)"', guest.get(f"/join/{link.token}").content.decode())[1]
    guest.post(sign_up, {"name": "Zoe", "email": "zoe@example.net", "next": f"/join/{link.token}"})
    (letter,) = letters("account_email_confirmation")
    code = re.search(r"[A-Z0-9]+-?[A-Z0-9]+$", letter.subject)[0]

    done = guest.post("/account/confirm-email/", {"code": code, "next": f"/join/{link.token}"})

    assert done.headers["Location"] == f"/join/{link.token}"
    guest.post(f"/join/{link.token}")
    assert group.memberships.current().filter(person__name="Zoe").exists()


def test_the_command_line_is_nobodys_day(group):
    many = "".join(f"p{number}@example.net\n" for number in range(450))

    import_members(group, many, are_agreed=True, by=OPERATOR, via="test")

    assert group.memberships.current().count() == 451
