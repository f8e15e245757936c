import pytest

from folkmoot.groups.models import Membership
from folkmoot.groups.operations import found, grant_role, leave
from folkmoot.groups.operations.duties import give_duty, make_duty
from folkmoot.groups.receipts import receipt
from folkmoot.kit.errors import Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def group(olga, ann):
    return make.group(ann, owner=olga)


def text(response):
    return response.content.decode()


def with_office(group, ann, olga):
    member = group.memberships.select_related("group", "person").get(person=ann)
    grant_role(member, role=group.roles.get(key="moderator"), by=olga, via="test")
    give_duty(make_duty(group, name="Treasurer", by=olga, via="test"), to=member, by=olga, via="test")
    return member


def test_what_ended_is_told_afterwards(group, olga, ann):
    team = found(founder=olga, name="Team", slug="team", parent=group, by=olga, via="test")
    make.join(team, ann)
    member = with_office(group, ann, olga)

    leave(member, why="Moved away", via="test")

    member.refresh_from_db()
    told = receipt(member)
    assert (told.roles, told.duties, told.left_below) == (["Moderator"], ["Treasurer"], [])
    assert [one.name for one in told.still_in] == ["Team"]
    assert (member.departed_by, member.departed_why) == ("left", "Moved away")
    assert "Treasurer" not in str(Event.objects.get(kind="member.left").data)


def test_all_below_is_left_with_it_but_for_what_would_have_no_owner(group, olga, ann):
    team = found(founder=olga, name="Team", slug="team", parent=group, by=olga, via="test")
    own = found(founder=ann, name="Own", slug="own", parent=group, by=olga, via="test")
    make.join(team, ann)
    member = group.memberships.select_related("group", "person").get(person=ann)

    leave(member, and_below=True, via="test")

    assert set(Membership.objects.current().filter(person=ann).values_list("group", flat=True)) == {own.pk}
    assert receipt(Membership.objects.get(pk=member.pk)).left_below == ["Team"]


def test_the_only_owner_stays_in_all_of_it(group, olga, ann):
    team = found(founder=ann, name="Team", slug="team", parent=group, by=olga, via="test")
    make.join(team, olga)
    with pytest.raises(Refused):
        leave(group.memberships.select_related("group", "person").get(person=olga), and_below=True, via="test")
    assert Membership.objects.current().filter(person=olga).count() == 2


def test_the_page_says_what_it_means_then_gives_a_receipt_to_nobody_else(client, group, olga, ann):
    member = with_office(group, ann, olga)
    client.force_login(ann)

    assert "Leave Tarn?" in text(client.get("/g/tarn/leave"))
    gone = client.post("/g/tarn/leave", {"why": "Moved"}, follow=True)

    assert gone.redirect_chain[-1][0] == f"/left/{member.pk}"
    page = text(gone)
    assert "You have left Tarn" in page
    assert "Your responsibility: Treasurer" in page
    assert "Join again" in page
    client.force_login(olga)
    assert client.get(f"/left/{member.pk}").status_code == 404
    assert "Moved" in text(client.get("/g/tarn/manage/members/past"))


def test_a_hidden_group_is_come_back_to_by_invitation_only(client, olga, ann):
    den = make.group(ann, owner=olga, slug="den", visibility="hidden", joining="invitation")
    client.force_login(ann)

    page = text(client.post("/g/den/leave", follow=True))

    assert "den+owner@" in page
    assert f'href="{den.get_absolute_url()}"' not in page
