import pytest
from django.test import Client

from folkmoot.accounts.models import OPERATOR, Address, Person
from folkmoot.accounts.operations import describe, enrol, merge
from folkmoot.conversations.models import Archive, Post
from folkmoot.groups.models import Group
from folkmoot.groups.operations import apply, invite, rename
from tests import make


def text(response):
    return response.content.decode()


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


# Home


def test_a_stranger_sees_what_this_is_and_the_groups_that_are_not_hidden(client, olga):
    for visibility in Group.Visibility.values:
        make.group(owner=olga, slug=visibility, visibility=visibility, name=f"Group {visibility}")

    page = text(client.get("/"))

    assert "whichever door" in page
    assert "Group public" in page
    assert "Group listed" in page
    assert "Group hidden" not in page


def test_a_stranger_in_an_empty_house_is_offered_the_first_step(client):
    assert "Start the first group" in text(client.get("/"))
    assert "Start the first group" in text(client.get("/groups"))


def test_the_signed_in_are_led_to_what_they_have_to_catch_up_on(client, ann):
    client.force_login(ann)

    assert client.get("/")["Location"] == "/inbox"


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_ask_the_same_number_of_questions_for_any_length(client, olga, ann, django_assert_num_queries, rows):
    for number in range(rows):
        make.topic(make.group(ann, owner=olga, slug=f"group-{number}"))
    queries = {"/groups": 3, "/": 3}
    for address, expected in queries.items():
        with django_assert_num_queries(expected):
            client.get(address)
    client.force_login(ann)
    queries = {"/": 2, "/groups": 4, "/people/olga": 6}
    for address, expected in queries.items():
        with django_assert_num_queries(expected):
            client.get(address)


# Finding


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("darkroom", {"Foto"}),
        ("BOCHUM", {"Tarn"}),
        ("film paper", {"Foto"}),
        ("film bochum", set()),
        ("hidden", set()),
    ],
)
def test_a_group_is_found_by_name_purpose_place_and_topics(client, olga, query, found):
    make.group(owner=olga, slug="foto", purpose="Film and patience", topics="darkroom, paper")
    make.group(owner=olga, slug="tarn", place="Bochum")
    make.group(owner=olga, slug="hidden", visibility="hidden", purpose="hidden darkroom")

    page = text(client.get("/groups", {"q": query}))

    assert {name for name in ("Foto", "Tarn", "Hidden") if f">{name}</span>" in page} == found


def test_a_search_in_vain_says_what_to_do(client):
    assert "No group has these words" in text(client.get("/groups?q=zzz"))


# A group's front page


def test_the_front_page_says_what_the_group_is_and_how_to_come_in(client, olga, ann):
    group = make.group(ann, owner=olga, purpose="For people who run Tarn.", topics="backups", place="Bochum")
    make.topic(group, title="What is new")

    page = text(client.get("/g/tarn"))

    for words in (
        "For people who run Tarn.",
        "backups",
        "Bochum",
        "2 members",
        "What is new",
        "tarn@localhost",
        "Olga",
    ):
        assert words in page, words
    assert "Sign in and join" in page
    assert "Leave the group" not in page


@pytest.mark.parametrize(
    ("joining", "words"),
    [("open", "Join the group"), ("approval", "Ask to join"), ("invitation", "New members come by invitation")],
)
def test_who_may_come_in_sees_how(client, olga, ann, joining, words):
    make.group(owner=olga, joining=joining)
    client.force_login(ann)

    assert words in text(client.get("/g/tarn"))


def test_who_has_asked_or_is_invited_is_not_asked_again(client, olga, ann):
    group = make.group(owner=olga, joining="approval")
    apply(group, person=ann, via="test")
    client.force_login(ann)
    assert "You have asked to join" in text(client.get("/g/tarn"))

    invitation = invite(group, address="ann@example.org", by=olga, via="test")

    assert f"/invitations/{invitation.token}" in text(client.get("/g/tarn"))


def test_a_member_finds_reading_and_leaving_and_only_owners_hear_of_forgery(client, olga, ann):
    make.group(ann, owner=olga)
    client.force_login(ann)
    page = text(client.get("/g/tarn"))
    assert "Leave the group" in page
    assert "not checked for forgery" not in page

    client.force_login(olga)

    assert "not checked for forgery" in text(client.get("/g/tarn"))


def test_a_hidden_group_is_there_for_members_and_the_invited_only(client, olga, ann):
    group = make.group(owner=olga, visibility="hidden")
    assert client.get("/g/tarn").status_code == 404
    client.force_login(ann)
    assert client.get("/g/tarn").status_code == 404

    invite(group, address="ann@example.org", by=olga, via="test")

    assert client.get("/g/tarn").status_code == 200


def test_a_listed_group_shows_its_front_page_and_not_its_talk(client, olga):
    make.topic(make.group(owner=olga, visibility="listed"), title="A secret")

    page = text(client.get("/g/tarn"))

    assert "A secret" not in page
    assert "Members talk among themselves" in page


def test_the_old_address_of_a_group_leads_to_the_new_one(client, olga):
    rename(make.group(owner=olga), slug="tarn-users", by=olga, via="test")

    answer = client.get("/g/tarn?from=mail")

    assert (answer.status_code, answer["Location"]) == (301, "/g/tarn-users?from=mail")


def test_the_old_address_of_a_hidden_group_says_nothing(client, olga):
    rename(make.group(owner=olga, visibility="hidden"), slug="tarn-users", by=olga, via="test")

    assert client.get("/g/tarn").status_code == 404


# People


def test_a_person_shows_what_the_reader_may_read(client, olga, ann):
    make.topic(make.group(owner=olga), title="For all")
    make.topic(make.group(owner=olga, slug="inside", visibility="hidden"), title="For few")

    page = text(client.get("/people/olga"))
    assert "For all" in page
    assert "For few" not in page
    assert "olga@example.org" not in page

    client.force_login(olga)
    assert "For few" in text(client.get("/people/olga"))


def test_a_person_shows_the_groups_shared_with_the_reader(client, olga, ann):
    make.group(ann, owner=olga, slug="both", visibility="hidden")
    make.group(owner=olga, slug="hers")
    client.force_login(ann)

    page = text(client.get("/people/olga"))

    assert "/g/both" in page
    assert "/g/hers" not in page


def test_an_old_handle_leads_to_whom_it_belongs_now(client, olga):
    other = make.person("Olga Old", address="old@example.org")
    merge(other, into=olga, by=OPERATOR, via="test")

    answer = client.get("/people/olga-old")

    assert (answer.status_code, answer["Location"]) == (301, "/people/olga")
    assert client.get(f"/people/merged-{other.pk}").status_code == 404
    assert client.get("/people/nobody").status_code == 404


# One's past


@pytest.fixture
def imported(olga, ann):
    """Two posts of an archive: one under Ann, one under somebody known by another address only."""
    topic = make.topic(make.group(ann, owner=olga), author=ann)
    archive = Archive.objects.create(channel=topic.channel, file_name="old.mbox", fingerprint="x")
    old = enrol(name="A. Nn", address="ann.old@example.org", via="archive")
    theirs = make.post(topic, author=ann)
    topic.posts.update(archive=archive)
    topic.posts.filter(pk=theirs.pk).update(author=old)
    return topic


def test_ones_past_is_confirmed_for_a_group(client, imported, ann):
    client.force_login(ann)
    assert "1 post" in text(client.get("/settings/past"))

    client.post("/settings/past/tarn")

    assert imported.posts.get(author=ann).confirmed_at
    assert imported.posts.exclude(author=ann).get().confirmed_at is None
    assert "Yes, I wrote them" not in text(client.get("/settings/past"))


def test_nobody_confirms_the_past_of_others(client, imported, olga):
    client.force_login(olga)

    assert client.post("/settings/past/tarn").status_code == 404
    assert not imported.posts.exclude(confirmed_at=None).exists()


def test_a_person_known_by_an_address_of_mine_is_me_if_i_say_so(client, imported, ann):
    client.force_login(ann)
    other = Person.objects.get(name="A. Nn")
    assert "A. Nn" not in text(client.get("/settings/past"))
    assert client.post(f"/settings/merge/{other.handle}").status_code == 404

    Address.objects.create(user=ann, email="ann.old@example.org", verified=True)
    assert "A. Nn" in text(client.get("/settings/past"))
    client.post(f"/settings/merge/{other.handle}")

    other.refresh_from_db()
    assert other.merged_into == ann


def test_ones_past_is_for_oneself(client):
    assert client.get("/settings/past").status_code == 302


# Machines


def test_machines_are_told_what_they_ask(client):
    assert "Disallow: /settings" in text(client.get("/robots.txt"))
    assert text(client.get("/healthz")) == "ok"


def test_a_profile_is_seen_by_those_it_is_for(client, olga, ann):
    make.topic(make.group(ann, owner=olga), author=ann)
    said = {"place": ("Bochum", "anyone"), "work": ("Builder", "signed_in"), "about": ("Sings alto", "fellows")}
    describe(ann, said | {"phone": ("0234 555", "nobody")})
    stranger, fellow, somebody = client, Client(), Client()
    fellow.force_login(olga)
    somebody.force_login(make.person("Bob"))

    def seen(reader):
        page = text(reader.get("/people/ann"))
        return [words for words in ("Bochum", "Builder", "Sings alto", "0234 555") if words in page]

    assert seen(stranger) == ["Bochum"]
    assert seen(somebody) == ["Bochum", "Builder"]
    assert seen(fellow) == ["Bochum", "Builder", "Sings alto"]
    fellow.force_login(ann)
    assert seen(fellow) == ["Bochum", "Builder", "Sings alto", "0234 555"]


def test_what_was_said_without_a_name_is_not_listed_under_it(client, olga, ann):
    topic = make.topic(make.group(ann, owner=olga), author=ann, title="Aloud")
    hidden = make.topic(topic.channel.group, author=ann, title="In secret").posts.get()
    assert "In secret" in text(client.get("/people/ann"))

    Post.objects.filter(pk=hidden.pk).update(is_anonymous=True)

    page = text(client.get("/people/ann"))
    assert "Aloud" in page
    assert "In secret" not in page
