"""What a group wants to know of its members is asked of those, too, whom somebody has invited by letter."""

import pytest

from folkmoot.groups.models import MemberField, MemberValue
from folkmoot.groups.operations import accept, come_by, invite, leave, make_field, make_link
from folkmoot.kit.errors import Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    made = make.group(owner=olga, joining="invitation", visibility="hidden")
    make_field(made, label="Town", kind="text", is_required=True, by=olga, via="test")
    make_field(made, label="Since", kind="date", by=olga, via="test")
    MemberField.objects.create(group=made, key="paid", label="Paid", is_required=True, is_set_by_members=False)
    return made


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def invitation(group, olga):
    return invite(group, address="ann@example.org", by=olga, via="test")


def said(group):
    return dict(MemberValue.objects.filter(membership__group=group).values_list("field__key", "value"))


def is_there(person, group):
    return group.memberships.current().filter(person=person).exists()


def test_who_accepts_says_it_and_comes_in(group, invitation, ann):
    member = accept(invitation, person=ann, values={"town": " Bochum "}, via="test")

    assert is_there(ann, group)
    assert said(group) == {"town": "Bochum"}
    assert Event.objects.filter(kind="member.joined", subject_id=member.pk).exists()


@pytest.mark.parametrize(
    "values", [None, {"town": " "}, {"town": "Bochum", "since": "once"}, {"town": "B", "paid": "yes"}]
)
def test_without_an_answer_nobody_comes_in_and_the_invitation_stays(group, invitation, ann, values):
    with pytest.raises(Refused):
        accept(invitation, person=ann, values=values, via="test")

    assert not is_there(ann, group)
    assert said(group) == {}
    assert not Event.objects.filter(kind="member.joined", actor=ann).exists()
    invitation.refresh_from_db()
    assert invitation.answered_at is None


def test_a_member_who_accepts_at_another_address_is_not_asked_again(group, invitation, ann):
    make.join(group, ann)

    accept(invitation, person=ann, via="test")

    invitation.refresh_from_db()
    assert invitation.is_accepted


def test_by_page_what_was_written_comes_back_until_all_is_said(client, group, invitation, ann):
    here = make.signed_in(client, ann)
    address = f"/invitations/{invitation.token}"
    page = here.get(address).content.decode()
    assert "Town" in page
    assert "Paid" not in page

    again = here.post(address, {"field-town": "", "field-since": "2020-02-02"})

    assert again.status_code == 422
    assert "2020-02-02" in again.content.decode()
    assert not is_there(ann, group)

    assert here.post(address, {"field-town": "Essen", "field-since": "2020-02-02"}).status_code == 302
    assert is_there(ann, group)
    assert said(group) == {"town": "Essen", "since": "2020-02-02"}


def test_who_comes_back_finds_what_they_had_said(client, group, invitation, ann, olga):
    leave(accept(invitation, person=ann, values={"town": "Bochum"}, via="test"), via="test")
    second = invite(group, address="ann@example.org", by=olga, via="test")

    assert "Bochum" in make.signed_in(client, ann).get(f"/invitations/{second.token}").content.decode()


def test_a_stranger_is_asked_nothing_before_they_have_an_account(client, invitation):
    assert "Town" not in client.get(f"/invitations/{invitation.token}").content.decode()
    assert client.post(f"/invitations/{invitation.token}", {"field-town": "Essen"}).status_code == 200


def test_an_invitation_that_is_refused_says_so_on_its_page(client, group, invitation, ann):
    type(invitation).objects.update(invited_at="2020-01-01T00:00Z")

    answer = make.signed_in(client, ann).post(f"/invitations/{invitation.token}", {"field-town": "Essen"})

    assert answer.status_code == 422
    assert "older than a month" in answer.content.decode()
    assert "Essen" in answer.content.decode()


def test_who_comes_by_a_link_is_asked_as_well(group, ann, olga):
    link = make_link(group, by=olga, via="test")

    with pytest.raises(Refused):
        come_by(link, person=ann, via="test")
    assert not is_there(ann, group)
