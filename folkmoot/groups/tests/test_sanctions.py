from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Denial, HistoryEntry, Sanction
from folkmoot.groups.operations import appeal, decide_appeal, join, lift_sanction, make_owner, sanction, turn_terms
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make

Kind = Sanction.Kind


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def group(ann, olga):
    return make.group(ann, owner=olga)


def ban(group, ann, olga, **more):
    what = {"kind": Kind.BAN, "reason": "Spam.", "by": olga, "via": "web", **more}
    return sanction(group, ann, **what)


def kinds():
    return list(Event.objects.filter(kind__regex="^(sanction|appeal)").order_by("pk").values_list("kind", flat=True))


def test_a_suspended_person_reads_and_does_not_write_until_the_term_ends(group, ann, olga):
    laid = ban(group, ann, olga, kind=Kind.SUSPEND, days=7)
    assert (holds(ann, "topics.read", group), holds(ann, "topics.post", group)) == (True, False)
    assert ("sanction.laid", "Ann") in set(HistoryEntry.objects.values_list("kind", "about__name"))

    Denial.objects.update(starts_at=now() - timedelta(days=8), ends_at=now() - timedelta(days=1))
    turn_terms()

    assert holds(ann, "topics.post", group)
    assert (laid.denials.count(), laid.denials.filter(lifted_at=None).count()) == (2, 0)


def test_a_banned_person_does_nothing_that_a_member_may_and_does_not_join_again(group, ann, olga):
    laid = ban(group, ann, olga)

    assert not holds(ann, "members.read", group)
    assert holds(ann, "topics.read", group)  # as any stranger
    with pytest.raises(NotAllowed):
        join(group, person=ann, via="web")
    with pytest.raises(Refused):
        make.join(group, ann)

    lift_sanction(laid, by=olga, via="web")
    assert holds(ann, "members.read", group)
    assert kinds() == ["sanction.laid", "sanction.lifted"]


def test_nobody_is_sanctioned_by_themselves_or_a_member_or_an_owner_by_a_moderator(group, ann, olga):
    mia = make.person("Mia")
    member = make.join(group, mia)
    member.grants.create(role=group.roles.get(key="moderator"))
    for person, by in [(olga, olga), (olga, mia), (mia, mia), (mia, ann)]:
        with pytest.raises(NotAllowed):
            ban(group, person, by)

    assert not Sanction.objects.exists()
    assert not Denial.objects.exists()
    assert kinds() == []


@pytest.mark.parametrize("kind", [Kind.SUSPEND, Kind.BAN])
def test_nothing_is_taken_from_an_owner_who_would_still_be_the_owner(group, ann, olga, kind):
    make_owner(group.memberships.get(person=ann), by=olga, via="web")

    with pytest.raises(Refused):
        ban(group, ann, olga, kind=kind)

    assert not Sanction.objects.exists()
    assert holds(ann, "group.manage", group)


@pytest.mark.parametrize("wrong", [{"reason": " \n"}, {"days": 0}, {"days": 4000}])
def test_a_sanction_has_a_reason_and_a_term_that_ends(group, ann, olga, wrong):
    with pytest.raises(Refused):
        ban(group, ann, olga, **wrong)
    assert not Sanction.objects.exists()


def test_the_same_is_not_laid_twice(group, ann, olga):
    ban(group, ann, olga)
    with pytest.raises(Refused):
        ban(group, ann, olga)
    assert (Sanction.objects.count(), Denial.objects.count()) == (1, 1)


def test_another_moderator_answers_an_objection(group, ann, olga):
    mia = make.person("Mia")
    make_owner(make.join(group, mia), by=olga, via="web")
    laid = ban(group, ann, olga)
    appeal(laid, by=ann, words="It was not me.", via="web")
    with pytest.raises(Refused):
        appeal(laid, by=ann, words="Again.", via="web")
    with pytest.raises(NotAllowed):
        decide_appeal(laid, is_upheld=True, answer="No.", by=olga, via="web")

    decide_appeal(laid, is_upheld=False, answer="Right.", by=mia, via="web")

    laid.refresh_from_db()
    assert (laid.appeal_answer, laid.is_in_force) == ("Right.", False)
    assert kinds() == ["sanction.laid", "appeal.made", "appeal.decided", "sanction.lifted"]


def test_the_only_moderator_answers_themselves_and_nobody_else_objects(group, ann, olga):
    laid = ban(group, ann, olga)
    with pytest.raises(NotAllowed):
        appeal(laid, by=olga, words="I object.", via="web")
    with pytest.raises(Refused):
        decide_appeal(laid, is_upheld=True, answer="No.", by=olga, via="web")
    appeal(laid, by=ann, words="It was not me.", via="web")

    decide_appeal(laid, is_upheld=True, answer="It stays.", by=olga, via="web")

    laid.refresh_from_db()
    assert laid.is_in_force


def test_a_member_lifts_nothing(group, ann, olga):
    laid = ban(group, make.person("Eve"), olga)
    with pytest.raises(NotAllowed):
        lift_sanction(laid, by=ann, via="web")
    laid.refresh_from_db()
    assert laid.is_in_force


def test_the_person_reads_why_and_objects_and_nobody_else_finds_the_page(client, group, ann, olga):
    laid = ban(group, ann, olga)
    address = f"/sanctions/{laid.pk}"
    client.force_login(olga)
    assert client.get(address).status_code == 404
    client.force_login(ann)
    assert "Spam." in client.get(address).content.decode()
    assert {client.post(f"{address}{rest}").status_code for rest in ("/lift", "/appeal")} == {404}

    assert client.post(address, {"words": "It was not me."}).status_code == 302

    laid.refresh_from_db()
    assert laid.appeal == "It was not me."
    assert "It was not me." in client.get(address).content.decode()
