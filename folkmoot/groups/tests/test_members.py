import pytest

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Application, Invitation, Membership
from folkmoot.groups.operations import (
    accept,
    add_member,
    apply,
    change_reading,
    decide,
    decline,
    invite,
    join,
    leave,
    make_member,
    make_owner,
    remove_member,
)
from folkmoot.groups.rules import is_member
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


def happened():
    ours = Event.objects.exclude(kind__in=["person.enrolled", "group.founded", "address.proven"])
    return list(ours.order_by("pk").values_list("kind", flat=True))


def test_an_open_group_is_joined_and_left_and_joined_again():
    ann, group = make.person("Ann"), make.group()

    membership = join(group, person=ann, via="test")
    assert is_member(ann, group)
    leave(membership, via="test")
    assert not is_member(ann, group)
    assert not holds(ann, "topics.post", group)
    join(group, person=ann, via="test")

    assert Membership.objects.filter(person=ann).count() == 1
    assert happened() == ["member.joined", "member.left", "member.joined"]


@pytest.mark.parametrize("joining", ["approval", "invitation"])
def test_a_closed_group_is_not_joined_by_wishing(joining):
    ann, group = make.person("Ann"), make.group(joining=joining)
    with pytest.raises(NotAllowed):
        join(group, person=ann, via="test")
    assert not is_member(ann, group)
    assert happened() == []


def test_a_hidden_group_can_not_be_joined_by_knowing_its_name():
    ann, group = make.person("Ann"), make.group(visibility="hidden")
    with pytest.raises(NotAllowed):
        join(group, person=ann, via="test")


def test_joining_changes_who_may_do_what_and_says_so():
    ann, group = make.person("Ann"), make.group()
    before = group.access_version
    join(group, person=ann, via="test")
    group.refresh_from_db()
    assert group.access_version != before


def test_adding_twice_is_one_membership():
    group = make.group()

    first = add_member(group, address="Kim@Example.net", name="Kim", by=OPERATOR, via="test")
    again = add_member(group, address="kim@example.net", mail="none", by=OPERATOR, via="test")

    assert first.pk == again.pk
    assert (again.mail, again.person.name) == ("none", "Kim")
    assert Person.objects.filter(name="Kim").count() == 1
    assert happened() == ["member.joined"]


def test_a_member_adds_and_removes_nobody():
    ann, bob = make.person("Ann"), make.person("Bob")
    group = make.group(ann, bob)
    before = Membership.objects.current().count()

    with pytest.raises(NotAllowed):
        add_member(group, address="kim@example.net", by=ann, via="test")
    with pytest.raises(NotAllowed):
        remove_member(Membership.objects.get(person=bob), by=ann, via="test")

    assert Membership.objects.current().count() == before
    assert not Person.objects.known_at("kim@example.net")


def test_a_removed_member_loses_everything_at_once():
    ann = make.person("Ann")
    group = make.group(ann)
    make_owner(Membership.objects.get(person=ann), by=OPERATOR, via="test")

    remove_member(Membership.objects.get(person=ann), by=OPERATOR, via="test")

    assert not holds(ann, "group.manage", group)
    assert not holds(ann, "topics.post", group)
    assert "member.removed" in happened()


def test_a_group_is_never_without_an_owner():
    group = make.group()
    olga = Membership.objects.get(group=group)

    for attempt in (lambda: leave(olga, via="test"), lambda: remove_member(olga, by=OPERATOR, via="test"),
                    lambda: make_member(olga, by=OPERATOR, via="test")):  # fmt: skip
        with pytest.raises(Refused):
            attempt()

    assert holds(olga.person, "group.manage", group)
    assert happened() == []


def test_an_owner_makes_another_and_steps_back():
    ann = make.person("Ann")
    group = make.group(ann)
    olga, anns = (Membership.objects.get(group=group, person__name=name) for name in ("Olga", "Ann"))

    make_owner(anns, by=olga.person, via="test")
    make_member(olga, by=ann, via="test")

    assert holds(ann, "group.manage", group)
    assert not holds(olga.person, "group.manage", group)
    with pytest.raises(NotAllowed):
        make_owner(olga, by=olga.person, via="test")


def test_how_one_reads_is_ones_own_business():
    ann, bob = make.person("Ann"), make.person("Bob")
    make.group(ann, bob)
    mine = Membership.objects.get(person=ann)

    change_reading(mine, mail="none", by=ann, via="test")
    with pytest.raises(NotAllowed):
        change_reading(mine, mail="each", by=bob, via="test")

    mine.refresh_from_db()
    assert mine.mail == "none"
    assert happened()[-1] == "member.changed"


def test_nobody_is_a_member_before_they_accept():
    kim = make.person("Kim", address="kim@example.net")
    group = make.group(joining="invitation", visibility="hidden")
    olga = Membership.objects.get(group=group).person

    invitation = invite(group, address="KIM@example.net", by=olga, via="test")
    again = invite(group, address="kim@example.net", by=olga, via="test")
    assert (invitation.pk, is_member(kim, group)) == (again.pk, False)
    accept(invitation, person=kim, via="test")

    assert is_member(kim, group)
    with pytest.raises(Refused):
        accept(invitation, person=make.person("Eve"), via="test")
    with pytest.raises(Refused):
        invite(group, address="kim@example.net", by=olga, via="test")


def test_an_invitation_can_be_declined_and_a_member_can_not_invite():
    ann = make.person("Ann")
    group = make.group(ann)
    invitation = invite(
        group, address="kim@example.net", by=Membership.objects.get(person__name="Olga").person, via="test"
    )

    decline(invitation, via="test")
    with pytest.raises(NotAllowed):
        invite(group, address="eve@example.net", by=ann, via="test")

    assert [(one.address, one.is_accepted) for one in Invitation.objects.all()] == [("kim@example.net", False)]
    assert happened()[-1] == "invitation.declined"


def test_an_application_is_decided_once_by_one_who_may():
    ann, bob = make.person("Ann"), make.person("Bob")
    group = make.group(bob, joining="approval", question="Why?")

    application = apply(group, person=ann, answer="Because.", via="test")
    assert apply(group, person=ann, via="test").pk == application.pk
    with pytest.raises(NotAllowed):
        decide(application, is_accepted=True, by=bob, via="test")
    assert not is_member(ann, group)
    decide(application, is_accepted=True, by=OPERATOR, via="test")
    with pytest.raises(Refused):
        decide(application, is_accepted=False, by=OPERATOR, via="test")

    assert is_member(ann, group)
    assert [kind for kind in happened() if kind.startswith("application")] == [
        "application.made",
        "application.decided",
    ]


def test_an_open_group_takes_no_applications():
    ann, group = make.person("Ann"), make.group()
    with pytest.raises(NotAllowed):
        apply(group, person=ann, via="test")
    assert not Application.objects.exists()


def test_two_by_two_who_may_see_members():
    ann, eve = make.person("Ann"), make.person("Eve")
    make.group(ann)
    assert Membership.objects.visible_to(ann).count() == 2
    assert Membership.objects.visible_to(eve).count() == 0
    assert Membership.objects.visible_to(None).count() == 0
