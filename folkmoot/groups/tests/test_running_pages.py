"""To do, history, responsibilities, election: what they show, what they do, who can't see them."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.groups.models import Application, Election, HistoryEntry, ModerationCase, Responsibility
from folkmoot.groups.operations import apply
from folkmoot.groups.operations.duties import ask_successor, give_duty, make_duty
from tests import make

PAGES = ["/g/tarn/manage/todo", "/g/tarn/manage/history", "/g/tarn/manage/duties"]


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(make.person("Ann"), owner=olga, joining="approval")


@pytest.fixture
def duty(group, olga):
    return make_duty(group, name="Treasurer", by=olga, via="test")


def ann(group):
    return group.memberships.select_related("person").get(person__name="Ann")


def test_who_does_not_run_the_group_sees_none_of_it(client, group, duty, olga):
    acts = [f"/duties/{duty.pk}/{act}" for act in "change holder successor notes turns end end/remove".split()]
    entry = HistoryEntry.objects.filter(group=group).latest("pk")
    client.force_login(ann(group).person)

    seen = {client.get(page).status_code for page in [*PAGES, f"/duties/{duty.pk}", f"/duties/{duty.pk}/answer"]}
    done = {client.post(act).status_code for act in [*acts, f"/history/{entry.pk}/undo"]}

    assert seen == done == {404}


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in(client, group, page):
    assert client.get(page).status_code == 302


def test_the_number_of_what_waits_stands_on_every_page_for_those_it_waits_for(client, group, olga, duty):
    def told(person):
        client.force_login(person)
        found = re.search(r'<span class="count is-yours">(\d+)<', client.get("/g/tarn/members").text)
        return found and int(found[1])

    assert told(olga) == 1
    apply(group, person=make.person("Cy"), answer="Please", via="test")
    assert told(olga) == 2
    assert told(ann(group).person) is None


def test_what_waits_is_done_in_place(client, group, olga, duty):
    apply(group, person=make.person("Cy"), answer="Please", via="test")
    asked = Application.objects.get()
    client.force_login(olga)

    page = client.get("/g/tarn/manage/todo").text
    client.post(f"/g/tarn/manage/todo/application/{asked.pk}/accept")

    assert "Please" in page
    assert "Treasurer" in page
    assert group.memberships.filter(person__name="Cy", left_at=None).exists()
    assert "Please" not in client.get("/g/tarn/manage/todo").text


def test_what_does_not_wait_or_cannot_be_done_is_not_there(client, group, olga, duty):
    client.force_login(olga)

    answers = [
        client.post(f"/g/tarn/manage/todo/{path}").status_code
        for path in ("application/99999/accept", f"duty/{duty.pk}/accept", "king/1/accept")
    ]

    assert answers == [404, 404, 404]


def test_the_page_of_what_waits_asks_as_often_for_three_as_for_one(client, group, olga, django_assert_max_num_queries):
    for name in ("Cy", "Di", "Eve"):
        apply(group, person=make.person(name), via="test")
    client.force_login(olga)

    with django_assert_max_num_queries(11):
        client.get("/g/tarn/manage/todo")


def test_history_is_read_filtered_and_undone(client, group, olga, duty):
    client.force_login(olga)
    entry = HistoryEntry.objects.get(kind="duty.made")

    assert "named a responsibility: Treasurer" in client.get("/g/tarn/manage/history").text
    assert "named a responsibility" not in client.get("/g/tarn/manage/history?kind=group").text
    assert "named a responsibility" in client.get("/g/tarn/manage/history?who=olga").text
    client.post(f"/history/{entry.pk}/undo")

    duty.refresh_from_db()
    assert duty.ended_at is not None


def test_a_responsibility_is_named_given_and_handed_over(client, group, olga):
    client.force_login(olga)
    client.post("/g/tarn/manage/duties", {"name": "Host", "slug": "host"})
    duty = Responsibility.objects.get()

    client.post(f"/duties/{duty.pk}/holder", {"to": "@ann", "deputy": "olga"})
    client.post(f"/duties/{duty.pk}/notes", {"notes": "The key is with Cy."})
    client.post(f"/duties/{duty.pk}/turns", {"handles": "@ann\n@olga"})
    page = client.get(f"/duties/{duty.pk}").text
    client.post(f"/duties/{duty.pk}/successor", {"to": "olga", "now": "1"})

    duty.refresh_from_db()
    assert "tarn+host@localhost" in page
    assert "The key is with Cy." in page
    assert (duty.holder.person, duty.deputy) == (olga, None)


def test_what_can_not_be_is_said_beside_the_form(client, group, olga, duty):
    client.force_login(olga)

    unknown = client.post(f"/duties/{duty.pk}/holder", {"to": "nobody"})
    twice = client.post("/g/tarn/manage/duties", {"name": "Host", "slug": "join"})

    assert (unknown.status_code, twice.status_code) == (422, 422)
    assert Responsibility.objects.count() == 1


def test_a_responsibility_is_ended_with_a_way_back(client, group, olga, duty):
    client.force_login(olga)

    page = client.post(f"/duties/{duty.pk}/end", follow=True).text
    client.post(f"/duties/{duty.pk}/end/remove")

    duty.refresh_from_db()
    assert f'action="/duties/{duty.pk}/end/remove"' in page
    assert duty.ended_at is None


@pytest.mark.parametrize(("answer", "holder"), [({}, "Ann"), ({"decline": "1"}, None)])
def test_the_successor_answers_on_a_page(client, group, olga, duty, answer, holder):
    ask_successor(duty, successor=ann(group), by=olga, via="test")
    client.force_login(ann(group).person)

    client.get(f"/duties/{duty.pk}/answer")
    client.post(f"/duties/{duty.pk}/answer", answer)

    duty.refresh_from_db()
    assert (duty.holder.person.name if duty.holder else None, duty.successor) == (holder, None)


def test_members_see_who_looks_after_what(client, group, olga, duty):
    give_duty(duty, to=ann(group), by=olga, via="test")
    client.force_login(ann(group).person)

    assert "Treasurer" in client.get("/g/tarn/members").text
    client.logout()
    assert "Treasurer" not in client.get("/g/tarn/members").text


def test_members_stand_and_vote_and_the_owner_stops_it(client, group, olga):
    group.memberships.update(active_at=now())
    vote = Election.objects.create(group=group, closes_at=now() + timedelta(days=9), electorate=2, quorum=1)
    client.force_login(ann(group).person)
    client.post(f"/elections/{vote.pk}/stand", {"words": "I would."})
    client.post(f"/elections/{vote.pk}/votes/{vote.candidacies.get().pk}")
    page = client.get("/g/tarn/election").text
    client.post(f"/elections/{vote.pk}/stand/remove")

    client.force_login(olga)
    client.post(f"/elections/{vote.pk}/stop")

    vote.refresh_from_db()
    assert "I would." in page
    assert (vote.ballots.count(), vote.candidacies.count()) == (1, 0)
    assert vote.decided_at is not None


def test_who_is_no_member_sees_no_vote(client, group):
    vote = Election.objects.create(group=group, closes_at=now() + timedelta(days=9), electorate=2, quorum=1)
    client.force_login(make.person("Eve"))

    assert client.get("/g/tarn/election").status_code == 404
    assert client.post(f"/elections/{vote.pk}/stand").status_code == 404


def test_what_is_reported_waits_without_a_name(client, group, olga):
    ModerationCase.objects.create(group=group, person=ann(group).person)
    client.force_login(olga)

    page = client.get("/g/tarn/manage/todo").text

    assert "/g/tarn/manage/reports" in page
    assert "Something is reported" in page
    assert ann(group).person.get_absolute_url() not in page
