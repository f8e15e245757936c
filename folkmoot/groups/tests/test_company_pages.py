"""The page of companies in a group, and where the badge shows."""

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.accounts.operations import make_organization, settle_all
from folkmoot.conversations.models import Channel, Post
from folkmoot.conversations.operations import reply
from folkmoot.doors.mail import compose
from folkmoot.doors.mail.tests.at_the_door import arrive
from folkmoot.groups.models import Group
from folkmoot.groups.operations import name_side
from tests import make

PAGE = "/g/tarn/manage/companies"


@pytest.fixture
def acme():
    return make_organization(name="Acme", domains=["acme.example"], by=OPERATOR, via="test")


@pytest.fixture
def ann(acme):
    person = make.person("Ann", address="ann@acme.example")
    settle_all()
    make.group(person)
    return person


def olga():
    return Group.objects.get(slug="tarn").memberships.order_by("pk")[0].person


def test_who_does_not_manage_the_group_finds_no_page(client, ann, acme):
    client.force_login(ann)
    for address in (PAGE, f"{PAGE}/for", f"{PAGE}/{acme.pk}/remove"):
        assert client.post(address, {}).status_code == 404
    client.logout()
    assert client.get(PAGE).status_code == 302


@pytest.mark.parametrize("said", ["acme", "ACME.example", "@acme.example"])
def test_a_company_gets_its_side_by_name_or_domain_and_loses_it(client, ann, acme, said):
    client.force_login(olga())

    client.post(PAGE, {"company": said, "side": "partner"})

    member = Group.objects.get(slug="tarn").memberships.get(person=ann)
    assert (member.side, member.organization) == ("partner", acme)
    assert "Acme" in client.get(PAGE).content.decode()
    for page in ("/g/tarn/members", f"/people/{ann.handle}"):
        assert "affiliation partner" in client.get(page).content.decode()
    assert client.post(f"{PAGE}/999999/remove").status_code == 404
    client.post(f"{PAGE}/{acme.pk}/remove")
    member.refresh_from_db()
    assert member.side == ""


def test_what_is_no_company_or_no_side_is_said(client, ann):
    client.force_login(olga())
    for said in ({"company": "Nobody Ltd", "side": "partner"}, {"company": "Acme", "side": "outside"}):
        assert client.post(PAGE, said).status_code == 422
    answer = client.post(f"{PAGE}/for", {"for_whom": "insiders"})
    assert answer.status_code == 422
    assert "name a company that is inside first" in answer.content.decode()
    assert not Group.objects.get(slug="tarn").organization_sides.exists()


def test_a_group_is_for_insiders_by_its_page(client, ann, acme):
    client.force_login(olga())
    client.post(PAGE, {"company": "Acme", "side": "inside"})

    client.post(f"{PAGE}/for", {"for_whom": "insiders"})

    assert Group.objects.get(slug="tarn").for_whom == "insiders"


def test_the_badge_stands_in_every_door(client, ann, acme):
    group = Group.objects.get(slug="tarn")
    name_side(group, acme, side="customer", by=OPERATOR, via="test")
    topic = make.topic(group, author=ann)
    post = compose.with_all(Post.objects.filter(topic=topic)).get()

    assert '<span class="affiliation customer"><bdi>Acme</bdi>' in client.get(topic.get_absolute_url()).content.decode()
    assert "<name>Ann (Acme, customer)</name>" in client.get("/g/tarn/feed.atom").content.decode()
    assert b'From: "Ann (Acme, customer) via Tarn"' in compose.sheet(post).rest


def test_a_name_that_looks_like_a_badge_is_none(ann, acme):
    group = Group.objects.get(slug="tarn")
    name_side(group, acme, side="customer", by=OPERATOR, via="test")
    eve = make.person("Eve (Acme, inside)", address="eve@example.org")
    make.join(group, eve)
    post = compose.with_all(Post.objects.filter(topic=make.topic(group, author=eve))).get()

    assert b'From: "Eve [Acme, inside] (outside) via Tarn"' in compose.sheet(post).rest


def test_a_letter_carries_the_badge_only_if_its_sender_is_proven(client, ann, acme, settings):
    settings.AUTHSERV_ID = "mx.example.org"
    group = Group.objects.get(slug="tarn")
    name_side(group, acme, side="inside", by=OPERATOR, via="test")
    for number, results in enumerate(
        ("dmarc=pass header.from=acme.example", "none", "dmarc=fail header.from=acme.example")
    ):
        raw = make.letter(sender="ann@acme.example", message_id=f"<{number}@acme.example>", body=f"Letter {number}",
                          Authentication_Results=f"mx.example.org; {results}")  # fmt: skip
        arrive(raw, sender="ann@acme.example")

    said = dict(Post.objects.filter(via="mail").values_list("body", "organization_name"))

    assert {body.strip(): company for body, company in said.items()} == {"Letter 0": "Acme", "Letter 1": ""}
    client.force_login(olga())
    held = group.held_letters.get()
    client.post(f"/held/{held.pk}/accept")
    assert Post.objects.get(body__contains="Letter 2").badge == ""


def test_who_speaks_without_a_name_has_no_badge(ann, acme):
    group = Group.objects.get(slug="tarn")
    name_side(group, acme, side="inside", by=OPERATOR, via="test")
    topic = make.topic(group)
    Channel.objects.update(allows_anonymous=True)

    post = reply(topic, author=ann, body="Hush", via="web", is_anonymous=True)

    assert post.badge == ""
