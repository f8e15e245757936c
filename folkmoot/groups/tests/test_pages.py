import csv
import io

import pytest
from django.contrib.auth import get_user

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.groups.models import Group, Invitation, Membership
from folkmoot.groups.operations import apply, invite, make_owner, rename
from tests import make

JOINING = Group.Joining


def text(response):
    return response.content.decode()


def names(group):
    return set(group.memberships.current().values_list("person__name", flat=True))


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(olga, ann):
    return make.group(ann, owner=olga, name="Tarn Users")


# Founding


FULL = {
    "type": "social", "name": "Fotoklub Łódź", "slug": "foto", "purpose": "Film.", "topics": "film", "place": "Łódź",
    "language": "pl", "time_zone": "Europe/Warsaw", "visibility": "listed", "joining": "approval", "question": "Why?",
}  # fmt: skip
LEAST = {"type": "social", "name": "Fotoklub Łódź", "language": "en", "time_zone": "UTC"}


def test_a_group_is_founded_as_it_was_described(client, ann):
    client.force_login(ann)

    answer = client.post("/groups/new", FULL)

    group = Group.objects.get()
    assert answer["Location"] == "/g/foto"
    assert {name: getattr(group, name) for name in FULL} == FULL
    assert names(group) == {"Ann"}


def test_what_is_not_said_comes_from_the_name_and_the_type(client, ann):
    client.force_login(ann)

    client.post("/groups/new", {**LEAST, "type": "company"})

    group = Group.objects.get()
    assert (group.slug, group.visibility, group.joining) == ("fotoklub-odz", "hidden", "invitation")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"slug": "postmaster"}, "has another meaning here"),
        ({"slug": "taken"}, "is taken"),
        ({"slug": "Not A Slug"}, "valid"),
    ],
)
def test_a_group_that_cannot_be_comes_back_with_what_was_written(client, ann, change, words):
    make.group(ann, slug="taken")
    client.force_login(ann)

    answer = client.post("/groups/new", {**FULL, **change})

    assert answer.status_code == 422
    assert words in text(answer)
    assert "Film." in text(answer)
    assert Group.objects.count() == 1


def test_founding_asks_to_sign_in(client):
    assert client.get("/groups/new")["Location"].startswith("/account/login/")
    assert client.post("/groups/new", LEAST).status_code == 302
    assert not Group.objects.exists()


# Coming and going


def test_anyone_joins_an_open_group_and_leaves_it(client, tarn):
    eve = make.person("Eve")
    client.force_login(eve)

    assert client.post("/g/tarn/join")["Location"] == "/g/tarn"
    assert names(tarn) == {"Olga", "Ann", "Eve"}

    mine = tarn.memberships.get(person=eve)
    assert client.post("/g/tarn/leave")["Location"] == f"/left/{mine.pk}"
    assert names(tarn) == {"Olga", "Ann"}


def test_a_group_that_asks_first_is_not_simply_joined(client, olga):
    group = make.group(owner=olga, joining=JOINING.APPROVAL, question="How do you use it?")
    eve = make.person("Eve")
    client.force_login(eve)
    assert client.post("/g/tarn/join").status_code == 403
    assert "How do you use it?" in text(client.get("/g/tarn/apply"))

    client.post("/g/tarn/apply", {"answer": "Daily."})

    assert [(one.person, one.answer) for one in group.applications.all()] == [(eve, "Daily.")]
    assert names(group) == {"Olga"}


def test_a_group_by_invitation_is_neither_joined_nor_asked(client, olga):
    group = make.group(owner=olga, joining=JOINING.INVITATION)
    client.force_login(make.person("Eve"))

    assert client.post("/g/tarn/join").status_code == 403
    assert client.post("/g/tarn/apply", {"answer": "Please"}).status_code == 403
    assert names(group) == {"Olga"}
    assert not group.applications.exists()


def test_the_only_owner_stays(client, tarn, olga):
    client.force_login(olga)

    answer = client.post("/g/tarn/leave")

    assert answer.status_code == 422
    assert "only owner" in text(answer)
    assert "Olga" in names(tarn)


def test_a_member_chooses_how_to_read(client, tarn, ann):
    client.force_login(ann)

    client.post("/g/tarn/reading", {"mail": "none", "own_posts": "on"})

    mine = tarn.memberships.get(person=ann)
    assert (mine.mail, mine.own_posts) == ("none", True)


@pytest.mark.parametrize("act", ["leave", "reading"])
def test_who_is_no_member_has_nothing_to_leave_or_read(client, tarn, act):
    client.force_login(make.person("Eve"))

    assert client.post(f"/g/tarn/{act}", {"mail": "none"}).status_code == 404


def test_a_hidden_group_is_not_there_for_others(client, olga):
    group = make.group(owner=olga, visibility=Group.Visibility.HIDDEN)
    client.force_login(make.person("Eve"))

    for address in ("join", "apply", "leave", "reading", "members", "manage", "manage/members"):
        assert client.post(f"/g/tarn/{address}").status_code in {404, 405}, address
        assert client.get(f"/g/tarn/{address}").status_code in {404, 405}, address
    assert names(group) == {"Olga"}


def test_the_old_address_of_a_group_leads_to_the_new_one(client, tarn, olga):
    rename(tarn, slug="tarn-users", by=olga, via="test")
    client.force_login(olga)

    assert client.get("/g/tarn/members?q=x")["Location"] == "/g/tarn-users/members?q=x"
    assert client.get("/g/tarn/manage").status_code == 301
    assert client.get("/g/never/members").status_code == 404


# Members


def test_members_see_each_other_and_strangers_see_nobody(client, tarn, ann):
    assert "Olga" not in text(client.get("/g/tarn/members"))

    client.force_login(ann)

    page = text(client.get("/g/tarn/members"))
    assert "Olga" in page
    assert "olga@example.org" not in page
    assert "by mail" not in page
    found = text(client.get("/g/tarn/members?q=olg"))
    assert "<bdi>Olga</bdi>" in found
    assert "<bdi>Ann</bdi>" not in found


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_members_asks_the_same_number_of_questions_for_any_length(
    client, tarn, olga, django_assert_num_queries, rows
):
    for number in range(rows):
        make.join(tarn, make.person(f"Person{number}"))
    client.force_login(olga)
    for address, queries in (("/g/tarn/members", 10), ("/g/tarn/manage/members", 15)):
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)


# Managing


def test_only_owners_find_the_pages_of_those_who_run_it(client, tarn, ann):
    addresses = ["manage", "manage/members", "manage/members.csv"]
    assert [client.get(f"/g/tarn/{one}").status_code for one in addresses] == [302] * 3

    client.force_login(ann)

    assert [client.get(f"/g/tarn/{one}").status_code for one in addresses] == [404] * 3
    assert client.post("/g/tarn/manage", {"name": "Mine now"}).status_code == 404
    assert client.post("/g/tarn/manage/address", {"slug": "mine"}).status_code == 404


def settings_of(group):
    kept = "name purpose topics type place language time_zone visibility joining question proof initials hue".split()
    return {name: getattr(group, name) for name in kept}


def test_an_owner_changes_the_settings(client, tarn, olga):
    client.force_login(olga)
    wanted = {**settings_of(tarn), "name": "Tarn & Friends", "visibility": "hidden", "proof": "pass"}

    assert client.post("/g/tarn/manage", wanted)["Location"] == "/g/tarn/manage"

    tarn.refresh_from_db()
    assert settings_of(tarn) == wanted


def test_settings_that_cannot_be_come_back(client, tarn, olga):
    client.force_login(olga)

    answer = client.post("/g/tarn/manage", {**settings_of(tarn), "name": "", "purpose": "A new purpose"})

    assert answer.status_code == 422
    assert "A new purpose" in text(answer)
    tarn.refresh_from_db()
    assert (tarn.name, tarn.purpose) == ("Tarn Users", "")


def test_an_owner_changes_the_address(client, tarn, olga):
    client.force_login(olga)

    assert client.post("/g/tarn/manage/address", {"slug": "postmaster"}).status_code == 422
    assert client.post("/g/tarn/manage/address", {"slug": "tarn-users"})["Location"] == "/g/tarn-users/manage"
    assert client.get("/g/tarn-users").status_code == 200


def test_several_are_invited_at_once(client, tarn, olga):
    client.force_login(olga)
    people = "Eve Example <Eve@Example.org>\nfay@example.org\n\nann@example.org"

    client.post("/g/tarn/manage/members", {"people": people, "how": "invite"})

    assert set(Invitation.objects.values_list("address", "name")) == {
        ("eve@example.org", "Eve Example"),
        ("fay@example.org", ""),
    }
    page = text(client.get("/g/tarn/manage/members"))
    assert "2 invitations are on their way" in page
    assert "ann@example.org is a member already" in page


def test_some_are_added_directly(client, tarn, olga):
    client.force_login(olga)

    client.post("/g/tarn/manage/members", {"people": "Fay Old <fay@example.org>", "how": "add"})

    assert names(tarn) == {"Olga", "Ann", "Fay Old"}


def test_what_is_no_address_comes_back_and_nobody_is_invited(client, tarn, olga):
    client.force_login(olga)

    answer = client.post("/g/tarn/manage/members", {"people": "eve@example.org\nnonsense", "how": "invite"})

    assert answer.status_code == 422
    assert "“nonsense” is not a mail address" in text(answer)
    assert "eve@example.org" in text(answer)
    assert not Invitation.objects.exists()


def test_an_owner_changes_roles_and_removes(client, tarn, olga, ann):
    client.force_login(olga)
    mine = tarn.memberships.get(person=ann)

    client.post(f"/memberships/{mine.pk}/owner")
    assert mine.grants.count() == 1
    client.post(f"/memberships/{mine.pk}/owner/remove")
    assert mine.grants.count() == 0
    client.post(f"/memberships/{mine.pk}/remove")
    assert names(tarn) == {"Olga"}


@pytest.mark.parametrize("act", ["owner", "owner/remove", "remove"])
def test_a_member_changes_nobody_else(client, tarn, olga, ann, act):
    client.force_login(ann)
    hers = tarn.memberships.get(person=olga)

    assert client.post(f"/memberships/{hers.pk}/{act}").status_code == 404
    assert names(tarn) == {"Olga", "Ann"}
    assert hers.grants.count() == 1


def test_the_last_owner_is_not_removed(client, tarn, olga):
    client.force_login(olga)

    assert client.post(f"/memberships/{tarn.memberships.get(person=olga).pk}/remove").status_code == 422
    assert "Olga" in names(tarn)


@pytest.mark.parametrize(("act", "members"), [("accept", {"Olga", "Eve"}), ("refuse", {"Olga"})])
def test_an_application_is_decided(client, olga, act, members):
    group = make.group(owner=olga, joining=JOINING.APPROVAL)
    asked = apply(group, person=make.person("Eve"), answer="I like it.", via="test")
    client.force_login(olga)
    assert "I like it." in text(client.get("/g/tarn/manage/members"))

    client.post(f"/applications/{asked.pk}/{act}")

    assert names(group) == members
    assert "I like it." not in text(client.get("/g/tarn/manage/members"))


def test_only_who_may_decides_about_applications(client, olga, ann):
    group = make.group(ann, owner=olga, joining=JOINING.APPROVAL)
    asked = apply(group, person=make.person("Eve"), via="test")
    client.force_login(ann)

    assert client.post(f"/applications/{asked.pk}/accept").status_code == 404
    assert names(group) == {"Olga", "Ann"}


def test_members_are_taken_along_as_a_file_that_runs_nothing(client, tarn, olga):
    make.join(tarn, make.person("=HYPERLINK(1)", address="evil@example.org"))
    client.force_login(olga)

    rows = list(csv.reader(io.StringIO(text(client.get("/g/tarn/manage/members.csv")))))

    assert [row[:4] for row in rows] == [
        ["name", "address", "role", "mail"],
        ["Olga", "olga@example.org", "owner", "each"],
        ["'=HYPERLINK(1)", "evil@example.org", "member", "each"],
        ["Ann", "ann@example.org", "member", "each"],
    ]


# Invitations


@pytest.fixture
def invitation(tarn, olga):
    return invite(tarn, address="eve@example.org", name="Eve", by=olga, via="test")


def test_a_newcomer_signs_up_first_because_letters_get_handed_on(client, tarn, invitation):
    page = text(client.get(f"/invitations/{invitation.token}"))

    client.post(f"/invitations/{invitation.token}", {"name": "Mallory"})

    assert f"/account/signup/?next=/invitations/{invitation.token}" in page
    assert get_user(client).is_anonymous
    assert names(tarn) == {"Olga", "Ann"}


def test_an_invitation_does_not_open_the_account_of_its_address(client, tarn, invitation):
    eve = make.person("Eve")

    client.post(f"/invitations/{invitation.token}", {"name": "Mallory"})

    assert get_user(client).is_anonymous
    assert names(tarn) == {"Olga", "Ann"}
    client.force_login(eve)
    client.post(f"/invitations/{invitation.token}")
    assert names(tarn) == {"Olga", "Ann", "Eve"}


def test_who_is_signed_in_accepts_as_themselves_and_proves_no_address(client, tarn, invitation):
    fay = make.person("Fay")
    client.force_login(fay)

    client.post(f"/invitations/{invitation.token}")

    assert names(tarn) == {"Olga", "Ann", "Fay"}
    assert Person.objects.at("eve@example.org") is None


def test_an_invitation_is_declined_once(client, tarn, invitation):
    assert "that is fine" in text(client.post(f"/invitations/{invitation.token}/decline"))

    assert client.get(f"/invitations/{invitation.token}").status_code == 410
    assert client.post(f"/invitations/{invitation.token}", {"name": "Eve"}).status_code == 410
    assert client.get("/invitations/nonsense").status_code == 404
    assert names(tarn) == {"Olga", "Ann"}


def test_a_second_owner_may_all_that_the_first_may(client, tarn, ann):
    make_owner(Membership.objects.get(group=tarn, person=ann), by=OPERATOR, via="test")
    client.force_login(ann)

    assert client.get("/g/tarn/manage").status_code == 200
