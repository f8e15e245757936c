import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import InvitationLink, MemberField, MemberValue
from folkmoot.groups.operations import (
    allow,
    close_link,
    come_by,
    deny,
    found,
    grant_role,
    make_link,
    make_role,
    remove_member,
    revoke_role,
)
from folkmoot.groups.queries import open_links
from folkmoot.groups.rules import is_member
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(owner=olga, joining="invitation", visibility="hidden")


def text(response):
    return response.content.decode()


def test_whoever_has_the_link_comes_in_and_it_is_counted(group, olga):
    ann, link = make.person("Ann"), make_link(group, by=olga, via="test")

    member = come_by(link, person=ann, via="web")

    link.refresh_from_db()
    assert (member.arrived_by, link.uses) == ("link", 1)
    assert Event.objects.filter(kind="link.made", subject_id=link.pk, actor=olga).exists()
    assert Event.objects.filter(kind="member.joined", subject_id=member.pk, actor=ann).exists()
    assert group.history.get(kind="link.made").by == olga


def test_it_counts_nobody_twice_and_lets_in_no_more_than_it_says(group, olga):
    ann, bob = make.person("Ann"), make.person("Bob")
    link = make_link(group, most_uses=1, by=olga, via="test")
    stale = InvitationLink.objects.select_related("group").get(pk=link.pk)  # as another process has read it
    come_by(link, person=ann, via="web")

    for person in (ann, bob):
        with pytest.raises(Refused):
            come_by(stale, person=person, via="web")

    link.refresh_from_db()
    assert link.uses == 1
    assert not is_member(bob, group)


def test_a_link_that_is_closed_or_over_lets_nobody_in(group, olga):
    ann = make.person("Ann")
    closed, over = make_link(group, by=olga, via="test"), make_link(group, by=olga, via="test")
    close_link(closed, by=olga, via="test")
    InvitationLink.objects.filter(pk=over.pk).update(ends_at=now() - timedelta(minutes=1))

    for link in (closed, over):
        with pytest.raises(Refused):
            come_by(link, person=ann, via="web")
    with pytest.raises(Refused):
        close_link(closed, by=olga, via="test")

    assert not is_member(ann, group)
    assert group.history.filter(kind="link.closed").count() == 1


@pytest.mark.parametrize(
    ("address", "proven", "comes"),
    [("ann@acme.example", True, True), ("ann@mail.acme.example", True, True), ("ann@acme.example", False, False),
     ("ann@notacme.example", True, False)],
)  # fmt: skip
def test_a_link_for_a_domain_lets_in_who_has_proven_an_address_there(group, olga, address, proven, comes):
    ann, link = make.person("Ann"), make_link(group, domain="@Acme.Example", by=olga, via="test")
    ann.addresses.create(user=ann, email=address, verified=proven)

    if comes:
        come_by(link, person=ann, via="web")
    else:
        with pytest.raises(Refused):
            come_by(link, person=ann, via="web")

    link.refresh_from_db()
    assert (is_member(ann, group), link.uses) == (comes, int(comes))


def test_a_role_and_subgroups_come_with_it(group, olga):
    team = found(founder=olga, name="Team", slug="team", parent=group, by=olga, via="test")
    role = group.roles.get(key="moderator")
    link = make_link(group, role=role, subgroups=[team], by=olga, via="test")
    ann = make.person("Ann")

    come_by(link, person=ann, via="web")

    assert holds(ann, "topics.tend", group)
    assert is_member(ann, team)
    assert group.history.filter(kind="role.granted", about=ann).exists()


def test_nobody_hands_out_by_a_link_what_they_may_not_themselves(group, olga):
    ann = make.join(group, make.person("Ann"))
    host = make_role(group, name="Host", by=olga, via="test")
    allow(host, permission="members.manage", by=olga, via="test")
    grant_role(ann, role=host, by=olga, via="test")
    moderator = group.roles.get(key="moderator")
    other = make.group(owner=make.person("Otto"), slug="fen")

    make_link(group, role=host, by=ann.person, via="test")
    with pytest.raises(NotAllowed):
        make_link(group, role=moderator, by=ann.person, via="test")
    with pytest.raises(NotAllowed):
        make_link(group, subgroups=[other], by=ann.person, via="test")
    for role in (group.roles.get(key="owner"), group.roles.get(key="member"), other.roles.get(key="moderator")):
        with pytest.raises(Refused):
            make_link(group, role=role, by=OPERATOR, via="test")
    assert InvitationLink.objects.count() == 1


def test_a_role_is_not_given_by_the_link_of_one_who_may_no_longer_give_it(group, olga):
    ann = make.join(group, make.person("Ann"))
    host = make_role(group, name="Host", by=olga, via="test")
    allow(host, permission="members.manage", by=olga, via="test")
    grant_role(ann, role=host, by=olga, via="test")
    link = make_link(group, role=host, by=ann.person, via="test")
    allow(host, permission="history.read", by=olga, via="test")
    deny(ann.person, permission="history.read", group=group, reason="For now", by=olga, via="test")
    bob = make.person("Bob")

    member = come_by(link, person=bob, via="web")

    assert not member.grants.exists()


def test_a_link_is_good_as_long_as_its_maker_looks_after_members(client, group, olga):
    ann = make.join(group, make.person("Ann"))
    host = make_role(group, name="Host", by=olga, via="test")
    allow(host, permission="members.manage", by=olga, via="test")
    grant_role(ann, role=host, by=olga, via="test")
    link = make_link(group, by=ann.person, via="test")
    assert client.get(f"/join/{link.token}").status_code == 200
    revoke_role(ann, role=host, by=olga, via="test")

    with pytest.raises(Refused, match="not valid any more"):
        come_by(link, person=make.person("Bob"), via="web")

    group.refresh_from_db()
    assert list(open_links(group)) == []
    assert client.get(f"/join/{link.token}").status_code == 410
    grant_role(ann, role=host, by=olga, via="test")
    assert client.get(f"/join/{link.token}").status_code == 200


def test_a_role_of_the_groups_own_is_told_by_its_number_only(group, olga):
    host = make_role(group, name="Host", by=olga, via="test")

    come_by(make_link(group, role=host, by=olga, via="test"), person=make.person("Ann"), via="web")

    assert Event.objects.get(kind="role.granted").data["role"] == host.pk


def test_whoever_was_taken_out_or_banned_does_not_come_back_by_a_link(group, olga):
    ann, eve, link = make.person("Ann"), make.person("Eve"), make_link(group, by=olga, via="test")
    remove_member(come_by(link, person=ann, via="web"), by=olga, via="test")
    deny(eve, group=group, reason="Spam", by=olga, via="test")

    for person in (ann, eve):
        with pytest.raises(Refused):
            come_by(link, person=person, via="web")

    link.refresh_from_db()
    assert link.uses == 1


def test_members_make_no_links_and_close_none(group, olga):
    ann, link = make.join(group, make.person("Ann")), make_link(group, by=olga, via="test")
    with pytest.raises(NotAllowed):
        make_link(group, by=ann.person, via="test")
    with pytest.raises(NotAllowed):
        close_link(link, by=ann.person, via="test")
    assert InvitationLink.objects.filter(closed_at=None).count() == 1


def test_what_the_group_wants_to_know_is_said_on_the_way_in(group, olga):
    MemberField.objects.create(group=group, key="city", label="City", is_required=True)
    ann, link = make.person("Ann"), make_link(group, by=olga, via="test")
    with pytest.raises(Refused, match="City"):
        come_by(link, person=ann, via="web")
    link.refresh_from_db()
    assert link.uses == 0

    member = come_by(link, person=ann, values={"city": "Bonn"}, via="web")

    assert MemberValue.objects.get(membership=member).value == "Bonn"


# By page


def test_a_stranger_learns_what_it_is_and_is_led_back_after_signing_up(client, group, olga, mailoutbox):
    link = make_link(group, by=olga, via="test")
    address = f"/join/{link.token}"

    page = client.get(address)

    assert page.status_code == 200
    assert "Olga invites you to" in text(page)
    assert f"/account/signup/?next={address}" in text(page)
    assert client.post(address).status_code == 200
    assert group.memberships.count() == 1


def test_it_is_made_shown_used_and_closed_on_pages(client, group, olga):
    client.force_login(olga)
    made = client.post("/g/tarn/manage/joining/links", {"most_uses": "1", "ends_on": "2099-01-01"}, follow=True)
    link = InvitationLink.objects.get()
    assert f"/join/{link.token}" in text(made)
    ann, guest = make.person("Ann"), Client()
    guest.force_login(ann)

    assert guest.post(f"/join/{link.token}").status_code == 302
    assert is_member(ann, group)
    assert guest.get(f"/join/{link.token}").status_code == 302  # to the group: a member already
    other = Client()
    assert other.get(f"/join/{link.token}").status_code == 410
    assert "Tarn" not in text(other.get(f"/join/{link.token}"))
    assert other.get("/join/nothing").status_code == 404
    client.post(f"/links/{link.pk}/close")
    link.refresh_from_db()
    assert link.closed_at


def test_a_refusal_stands_on_the_page(client, group, olga):
    link = make_link(group, domain="acme.example", by=olga, via="test")
    client.force_login(make.person("Ann"))

    assert "None of your proven addresses is at acme.example" in text(client.get(f"/join/{link.token}"))
    assert client.post(f"/join/{link.token}").status_code == 422


def test_wrong_settings_come_back_with_words(client, group, olga):
    client.force_login(olga)
    for sent in ({"ends_on": "2001-01-01"}, {"domain": "no domain"}, {"most_uses": "0"}):
        answer = client.post("/g/tarn/manage/joining/links", sent)
        assert answer.status_code == 422, sent
        assert re.search(r'role="alert"', text(answer))
    assert not InvitationLink.objects.exists()
