"""Seeing a group as a visitor, a member or a holder of a role does."""

import re

import pytest
from django.test import Client

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post
from folkmoot.groups.deciding import permissions_in
from folkmoot.groups.models import Denial, Group, Membership, Role
from folkmoot.groups.operations import grant_role
from folkmoot.groups.operations.looking import looking_as
from folkmoot.kit.errors import NotAllowed
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    made = make.group(make.person("Ann"), owner=olga, visibility="listed")
    make.topic(made, author=olga, title="Wombats")
    return made


def role(group, key):
    return group.roles.select_related("group").get(key=key)


def at(group, key, page=""):
    return f"/g/{group.slug}/manage/view-as/{role(group, key).pk}" + (f"/{page}" if page else "")


def text(answer):
    return answer.content.decode()


def count_all():
    rows = (Person, Membership, Denial, Event, Post)
    return [one.objects.count() for one in rows], list(Group.objects.values_list("access_version", flat=True))


def test_a_visitor_a_member_and_a_moderator_see_different_things(client, group, olga):
    client.force_login(olga)
    before = count_all()

    visitor = text(client.get(at(group, "anyone", "topics")))
    member = text(client.get(at(group, "member", "topics")))
    reports = client.get(at(group, "moderator", "manage/reports"))

    assert ("Wombats" in visitor, "Wombats" in member) == (False, True)
    assert "You see this as: Anyone." in visitor
    assert "You see this as: Member." in member
    assert "You see this as: Moderator." in text(reports)
    assert "For them there is no such page." in text(client.get(at(group, "member", "manage/reports")))
    assert count_all() == before


def test_a_hidden_group_is_none_to_a_visitor_and_one_to_a_member(client, olga):
    den = make.group(owner=olga, slug="den", visibility="hidden")
    client.force_login(olga)

    assert "For them there is no such page." in text(client.get(at(den, "anyone")))
    assert "You see this as: Member." in text(client.get(at(den, "member")))


def test_nothing_is_sent_from_such_a_page(client, group, olga):
    client.force_login(olga)

    answer = client.get(at(group, "member", "topics/new"))

    page = text(answer)
    assert "form-action 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in page
    assert re.findall(r"<(?:button|input|textarea|select)(?! disabled)", page) == []
    assert client.post(at(group, "member", "topics/new"), {"title": "Hi", "body": "Hi"}).status_code == 405
    assert Post.objects.count() == 1


def test_tokens_of_such_a_page_open_nothing(group, olga):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(olga)
    strict.get(f"/g/{group.slug}/topics/new")
    page = text(strict.get(at(group, "member", "topics/new")))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]

    sent = {"title": "Hi", "body": "Hi", "csrfmiddlewaretoken": token}

    assert strict.post(f"/g/{group.slug}/topics/new", sent).status_code == 403
    assert Post.objects.count() == 1


def test_files_and_what_takes_only_forms_are_no_pages(client, group, olga):
    client.force_login(olga)

    assert "This is a file, not a page." in text(client.get(at(group, "owner", "manage/members.csv")))
    assert "no such page" in text(client.get(at(group, "owner", "manage/members/removed")))


def test_links_within_the_group_stay_in_the_view(client, group, olga):
    client.force_login(olga)

    page = text(client.get(at(group, "member", "topics")))

    inside = set(re.findall(r'href="(/g/[^"]+)"', page.split("</aside>", 1)[1]))
    assert inside
    assert {one for one in inside if not one.startswith(at(group, "member"))} == set()
    assert client.get(next(one for one in inside if "wombats" in one)).status_code == 200


def way_back(answer):
    """Where the reader's own view is one click away, on the page of roles."""
    return '<a class="btn" href="/g/tarn/manage/roles">' in text(answer)


@pytest.mark.parametrize(
    "page",
    ["", "topics", "topics/new", "members", "manage/members", "manage/roles", "manage/reports", "nothing/here",
     "manage/members.csv", "manage/members/removed", "feed", "topics/999999/none", "manage/subgroups", "leave"],
)  # fmt: skip
@pytest.mark.parametrize("key", ["anyone", "signed_in", "member", "moderator", "owner"])
def test_there_is_always_a_way_back(client, group, olga, key, page):
    client.force_login(olga)

    answer = client.get(at(group, key, page), follow=True)

    assert way_back(answer), text(answer)
    assert answer.status_code == 200


def test_a_piece_of_a_page_is_no_page_and_there_is_a_way_back(client, group, olga):
    client.force_login(olga)

    answer = client.get(at(group, "member", "topics/similar?title=Wombats"))

    assert "This is only a piece of a page." in text(answer)
    assert way_back(answer)


def test_nobody_sees_more_than_they_may_themselves(client, group, olga):
    chief = Role.objects.create(group=group, name="Chief")
    chief.permissions.create(name="roles.manage")
    ann = group.memberships.get(person__name="Ann")
    grant_role(ann, role=chief, by=olga, via="test")
    moderator = role(group, "moderator")

    with looking_as(moderator, by=ann.person) as someone:
        theirs = permissions_in(Group.objects.get(pk=group.pk), someone)

    assert theirs <= permissions_in(Group.objects.get(pk=group.pk), ann.person)
    assert "topics.moderate" not in theirs
    client.force_login(ann.person)
    assert "For them there is no such page." in text(client.get(at(group, "moderator", "manage/reports")))
    assert client.get(at(group, "owner")).status_code == 404
    with pytest.raises(NotAllowed), looking_as(role(group, "owner"), by=ann.person):
        pass


def test_who_does_not_change_roles_has_no_such_view(client, group):
    client.force_login(group.memberships.get(person__name="Ann").person)

    assert client.get(at(group, "anyone")).status_code == 404
    assert client.get(at(group, "anyone", "topics")).status_code == 404


def test_roles_of_other_groups_and_pages_there_are_not_answer_so(client, group, olga):
    other = make.group(owner=make.person("Pia"), slug="other")
    client.force_login(olga)

    assert client.get(f"/g/tarn/manage/view-as/{role(other, 'member').pk}").status_code == 404
    assert client.get("/g/tarn/manage/view-as/999999").status_code == 404
    assert "no such page" in text(client.get(at(group, "member", "nothing/here")))
    nested = f"manage/view-as/{role(group, 'member').pk}"
    assert "no such page" in text(client.get(at(group, "member", nested)))
