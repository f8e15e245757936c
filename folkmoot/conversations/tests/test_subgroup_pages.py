"""The pages of subgroups: who gets in, what they do, and that each word leads to its operation."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.figures import together, tree
from folkmoot.conversations.operations import make_channel
from folkmoot.groups.models import Group
from folkmoot.groups.operations import close_itself, found, share_figures
from tests import make

PAGE = "/g/tarn/manage/subgroups"


@pytest.fixture
def olga():
    return make.group(make.person("Ann")).memberships.order_by("pk")[0].person


def below(slug, parent="tarn", **more):
    parent = Group.objects.get(slug=parent)
    founder = parent.memberships.order_by("pk")[0].person
    return found(founder=founder, name=slug.title(), slug=slug, parent=parent, via="test", **more)


def test_who_does_not_run_subgroups_finds_no_page(client, olga):
    low = below("low", visibility="hidden")
    close_itself(low, by=OPERATOR, via="test")
    forms = ["", "/parent", "/people", "/merge", "/split"]
    short = [f"/groups/{low.pk}/{what}" for what in ("apart", "apart/remove", "figures", "figures/remove",
                                                     "parent/remove")]  # fmt: skip
    for who in (None, make.person("Eve"), Group.objects.get(slug="tarn").memberships.get(person__name="Ann").person):
        if who:
            client.force_login(who)
        for address in [*(PAGE + one for one in forms), *short, "/groups/999999/apart"]:
            answer = client.post(address, {})
            assert answer.status_code == (404 if who else 302), (who, address)
            assert who or answer.headers["Location"].startswith("/account/login")
    assert not Group.objects.get(pk=low.pk).inherits_roles


def test_a_subgroup_is_founded_and_shown_on_its_branch_and_on_the_front_page(client, olga):
    client.force_login(olga)

    answer = client.post(PAGE, {"name": "Chapter Bochum", "slug": "bochum", "visibility": "", "joining": "approval"})

    assert answer.headers["Location"] == PAGE
    made = Group.objects.get(slug="bochum")
    assert (made.parent.slug, made.visibility, made.joining) == ("tarn", "public", "approval")
    for page in (PAGE, "/g/tarn"):
        assert "Chapter Bochum" in client.get(page).content.decode()
    head = client.get("/g/bochum").content.decode()
    assert 'aria-label="Groups above"' in head
    assert 'href="/g/tarn"' in head
    again = client.post(PAGE, {"name": "Other", "slug": "bochum"})
    assert again.status_code == 422
    assert "is taken" in again.content.decode()


def test_a_group_moves_by_its_page_and_back_by_undo(client, olga):
    below("one")
    two = below("two")
    client.force_login(olga)

    answer = client.post("/g/two/manage/subgroups/parent", {"parent": Group.objects.get(slug="one").pk}, follow=True)

    assert Group.objects.get(pk=two.pk).parent.slug == "one"
    undo = f"/groups/{two.pk}/parent/remove"
    assert undo in answer.content.decode()
    client.post(undo)
    assert Group.objects.get(pk=two.pk).parent.slug == "tarn"


@pytest.mark.parametrize("to", ["self", "below", "foreign", "none", "words"])
def test_a_group_moves_only_to_where_one_may_put_it(client, olga, to):
    one = below("one")
    low = below("low", parent="one")
    foreign = make.group(owner=make.person("Eve"), slug="foreign")
    ids = {"self": one.pk, "below": low.pk, "foreign": foreign.pk, "none": 999_999, "words": "x"}
    client.force_login(olga)

    answer = client.post("/g/one/manage/subgroups/parent", {"parent": ids[to]})

    assert answer.status_code == 422
    assert "Select a valid choice" in answer.content.decode()
    assert Group.objects.get(pk=one.pk).parent.slug == "tarn"


def test_closing_and_sharing_are_buttons_with_undo(client, olga):
    low = below("low")
    client.force_login(olga)
    for act, undo, setting in (("apart", "apart/remove", "inherits_roles"), ("figures", "figures/remove",
                                                                            "shares_figures")):  # fmt: skip
        before = getattr(Group.objects.get(pk=low.pk), setting)
        page = client.post(f"/groups/{low.pk}/{act}", follow=True).content.decode()
        assert getattr(Group.objects.get(pk=low.pk), setting) is not before
        assert f"/groups/{low.pk}/{undo}" in page
        client.post(f"/groups/{low.pk}/{undo}")
        assert getattr(Group.objects.get(pk=low.pk), setting) is before


def test_a_merger_wants_the_address_typed(client, olga):
    one = below("one")
    tarn = Group.objects.get(slug="tarn")
    client.force_login(olga)
    for said in ({"into": tarn.pk, "address": "two"}, {"into": tarn.pk}, {"into": 999_999, "address": "one"}):
        assert client.post("/g/one/manage/subgroups/merge", said).status_code == 422
    assert Group.objects.get(pk=one.pk).merged_into is None

    answer = client.post("/g/one/manage/subgroups/merge", {"into": tarn.pk, "address": "one"})

    assert answer.headers["Location"] == "/g/tarn"
    assert Group.objects.get(pk=one.pk).merged_into == tarn


def test_members_and_a_channel_are_split_off_by_page(client, olga):
    tarn = Group.objects.get(slug="tarn")
    ops = make_channel(tarn, slug="ops", by=OPERATOR, via="test")
    ann = tarn.memberships.get(person__name="Ann")
    client.force_login(olga)
    address = f"{PAGE}/split"
    page = client.get(address).content.decode()
    assert f'value="{ann.pk}"' in page
    assert "<bdi>Ann</bdi>" in page
    assert client.post(address, {"name": "Ops", "where": "below"}).status_code == 422

    answer = client.post(address, {"name": "Ops", "where": "beside", "channel": ops.pk, "members": [ann.pk, "x", ""]})

    assert answer.headers["Location"] == "/g/ops"
    made = Group.objects.get(slug="ops")
    assert made.parent is None
    assert set(made.memberships.values_list("person__name", flat=True)) == {"Ann", "Olga"}
    assert made.channels.get().pk == ops.pk


def test_somebody_from_above_is_brought_in_by_handle_and_nobody_else(client, olga):
    low = below("low")
    eve = make.person("Eve")
    client.force_login(olga)
    for unknown in (eve.handle, "nobody", "eve@example.org"):
        answer = client.post("/g/low/manage/subgroups/people", {"person": unknown})
        assert answer.status_code == 422
        assert "No member of a group above is called so." in answer.content.decode()

    client.post("/g/low/manage/subgroups/people", {"person": "@ann"})

    assert set(low.memberships.values_list("person__name", flat=True)) == {"Ann", "Olga"}


def test_only_shared_numbers_are_shown_and_added_up(olga):
    tarn = Group.objects.get(slug="tarn")
    low, quiet = below("low"), below("quiet")
    below("deep", parent="low")
    share_figures(low, shares=True, by=OPERATOR, via="test")
    make.topic(low)
    make.topic(quiet)

    branches = tree(tarn, olga)

    assert [(one.group.slug, one.level, one.is_last) for one in branches] == [
        ("tarn", 0, False), ("low", 1, False), ("deep", 2, True), ("quiet", 1, True)]  # fmt: skip
    numbers = {one.group.slug: one.figures for one in branches}
    assert numbers["low"] == {"members": 1, "active": 0, "posts": 1}
    assert numbers["quiet"] is numbers["deep"] is None
    assert together(branches) == {"members": 3, "active": 0, "posts": 1}


def test_the_tree_takes_as_many_questions_for_three_groups_as_for_one(client, olga):
    client.force_login(olga)
    below("one")
    client.get(PAGE)
    counts = []
    for more in ([], ["two", "three"]):
        for slug in more:
            below(slug)
        client.get(PAGE)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(PAGE)
        counts.append(len(asked))
    assert counts[0] == counts[1]
