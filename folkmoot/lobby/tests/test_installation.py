"""The pages of administrators: who finds them, what they change, what others see of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from folkmoot.accounts.models import Installation
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import FoundingRequest, Group, HistoryEntry, Inspection
from folkmoot.groups.operations import end_inspections, remove_member
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make

SETTINGS = {"name": "", "hue": "", "founding": "anyone", "sign_up": "open", "most_groups": "", "most_members": ""}
PAGES = ["", "/notices", "/history", "/groups", "/groups/tarn", "/founding", "/administrators"]
ACTS = ["/groups/tarn/closure", "/groups/tarn/closure/remove", "/groups/tarn/inspection"]
ACTS += ["/groups/tarn/inspection/remove", "/administrators/rita/remove"]


def text(response):
    return response.content.decode()


@pytest.fixture
def root(client):
    person = make.person("Rita", administrator=True)
    client.force_login(person)
    return person


def decide(client, **settings):
    assert client.post("/installation", SETTINGS | settings).status_code == 302


def letters():
    drain(SUBSCRIBERS)
    return set(OutgoingLetter.objects.values_list("kind", "recipient"))


def test_only_administrators_find_these_pages(client):
    make.person("Rita", administrator=True)
    group = make.group(make.person("Eve"), slug="tarn")
    wish = FoundingRequest.objects.create(person=group.memberships.first().person, name="New", slug="new")
    acts = [f"/installation{one}" for one in ACTS] + [f"/founding/{wish.pk}/accept", f"/founding/{wish.pk}/refuse"]
    sent = {"name": "Evil", "close-reason": "Evil", "look-reason": "Evil", "look-hours": 4, "reason": "Evil"}
    for person in (None, "Eve"):
        if person:
            client.force_login(group.memberships.get(person__name=person).person)
        for address in [f"/installation{one}" for one in PAGES]:
            assert client.get(address).status_code == (404 if person else 302), address
            assert client.post(address, sent).status_code == (404 if person else 302), address
        for address in acts:
            assert client.post(address, sent).status_code == (404 if person else 302), address

    assert not Installation.objects.exists()
    assert not Inspection.objects.exists()
    assert not Group.objects.exclude(closed_at=None).exists()
    assert not Group.objects.filter(slug="new").exists()


def test_each_page_opens_for_an_administrator_also_where_nothing_is(client, root):
    for address in (one for one in PAGES if "tarn" not in one):
        assert client.get(f"/installation{address}").status_code == 200, address


def test_name_and_colour_are_seen_on_every_page_and_in_letters(client, root):
    decide(client, name="Dortmund Groups", hue="210")

    page = text(Client().get("/groups"))
    assert "<title>Groups · Dortmund Groups</title>" in page
    assert "hue-210" in page
    assert "Dortmund Groups" in text(Client().get("/")).split("bar__logo")[1][:400]
    assert Client().get("/manifest.json").json()["name"] == "Dortmund Groups"
    drain(SUBSCRIBERS)
    noted = HistoryEntry.objects.get(kind="installation.changed")
    assert (noted.group, noted.by, noted.facts["settings"]) == (None, root, ["hue", "name"])
    assert "changed what holds for the whole place" in text(client.get("/installation/history"))

    decide(client)
    assert "<title>Groups · Folkmoot</title>" in text(Client().get("/groups"))


def test_a_setting_that_cannot_be_is_told_and_nothing_is_changed(client, root):
    answer = client.post("/installation", SETTINGS | {"most_groups": "0", "name": "Elsewhere"})

    assert answer.status_code == 422
    assert not Installation.objects.exists()


def test_saving_what_is_so_already_is_no_event(client, root):
    decide(client)

    assert not Event.objects.filter(kind="installation.changed").exists()


# Notices


def test_a_notice_is_there_for_strangers_and_in_the_foot_of_every_page_and_for_no_search_engine(client, root):
    assert Client().get("/imprint").status_code == 404
    sent = {"imprint": "# Who\n\nWe *are* <script>x</script> here.", "privacy": "", "terms": ""}
    client.post("/installation/notices", sent)

    stranger = Client()
    page = text(stranger.get("/imprint"))
    assert "<h2>Who</h2>" in page
    assert "<em>are</em>" in page
    assert "<script>x" not in page
    assert 'content="noindex"' in page
    for address in ("/groups", "/account/login/", "/help"):
        foot = text(stranger.get(address)).split("<footer")[1]
        assert 'href="/imprint"' in foot
        assert 'href="/privacy"' not in foot
    assert 'href="/imprint"' in text(client.get("/installation")).split("<footer")[1]
    assert "imprint" not in text(stranger.get("/sitemap.xml"))
    assert stranger.get("/terms").status_code == 404


@pytest.mark.parametrize("mark", ["#", "##", "###"])
def test_the_headings_of_a_notice_follow_its_title_whichever_they_begin_with(client, root, mark):
    client.post("/installation/notices", {"imprint": f"{mark} Who\n\n{mark}# Where", "privacy": "", "terms": ""})

    page = text(Client().get("/imprint"))

    assert "<h2>Who</h2>" in page
    assert "<h3>Where</h3>" in page


def test_a_notice_that_is_emptied_is_gone(client, root):
    client.post("/installation/notices", {"imprint": "We.", "privacy": "", "terms": ""})
    client.post("/installation/notices", {"imprint": "", "privacy": "", "terms": ""})

    assert Client().get("/imprint").status_code == 404
    assert 'href="/imprint"' not in text(Client().get("/groups"))


# Who founds groups


def test_where_administrators_decide_a_group_is_asked_for_founded_and_told(client, root):
    decide(client, founding="approval")
    ann, her = make.person("Ann"), Client()
    her.force_login(ann)

    form = {"type": "company", "name": "Loom", "slug": "loom", "language": "de", "time_zone": "Europe/Berlin"}
    assert "an administrator looks at it" in text(her.get("/groups/new"))
    assert her.post("/groups/new", form | {"words": "For weavers."}).status_code == 302
    assert not Group.objects.filter(slug="loom").exists()
    assert "You asked for Loom" in text(her.get("/groups/new"))
    assert ("founding_asked", "rita@example.org") in letters()

    wish = FoundingRequest.objects.get()
    page = text(client.get("/installation/founding"))
    for words in ("Loom", "For weavers.", "Ann"):
        assert words in page
    client.post(f"/founding/{wish.pk}/accept")

    group = Group.objects.get(slug="loom")
    assert (group.type, group.visibility, group.language) == ("company", "hidden", "de")
    assert holds(ann, "group.manage", group)
    assert not holds(root, "topics.read", group)
    assert ("founding_decided", "ann@example.org") in letters()
    noted = HistoryEntry.objects.get(kind="founding.accepted")
    assert (noted.by, noted.about, noted.group) == (root, ann, None)
    again = client.post(f"/founding/{wish.pk}/refuse", {"reason": "Late."})
    assert again.status_code == 422
    assert "decided about this already" in text(again)


def test_whoever_is_refused_a_group_reads_why(client, root):
    decide(client, founding="approval")
    her = Client()
    her.force_login(make.person("Ann"))
    her.post("/groups/new", {"type": "social", "name": "Loom", "language": "de", "time_zone": "Europe/Berlin"})
    wish = FoundingRequest.objects.get()

    without = client.post(f"/founding/{wish.pk}/refuse", {"reason": " "})
    assert without.status_code == 422
    client.post(f"/founding/{wish.pk}/refuse", {"reason": "There is one already."})

    drain(SUBSCRIBERS)
    letter = bytes(OutgoingLetter.objects.get(kind="founding_decided").raw).decode()
    assert "There is one already." in letter
    assert not Group.objects.exists()
    assert "There is one already." in text(client.get("/installation/founding"))


def test_where_only_administrators_found_others_are_told_so(client, root):
    decide(client, founding="staff")
    her = Client()
    her.force_login(make.person("Ann"))

    assert her.get("/groups/new").status_code == 403
    answer = her.post("/groups/new", {"type": "social", "name": "Loom", "language": "de", "time_zone": "UTC"})
    assert "Administrators found the groups here" in text(answer)
    client.post("/groups/new", {"type": "social", "name": "Loom", "language": "de", "time_zone": "Europe/Berlin"})
    assert [one.name for one in Group.objects.all()] == ["Loom"]


# Groups


def test_groups_are_listed_in_figures_without_what_is_said_in_them(client, root):
    ann = make.person("Ann")
    den = make.group(ann, slug="den", visibility="hidden", purpose="Wombat purpose")
    make.topic(den, author=ann, title="Wombat plan", body="Wombat body")

    listed, one = (text(client.get(f"/installation/groups{more}")) for more in ("?q=DEN", "/den"))

    assert "Den" in listed
    assert "Olga" in one
    for page in (listed, one):
        assert "ombat" not in page
        assert "Ann" not in page
    assert client.get("/g/den").status_code == 404
    assert "No group like this" in text(client.get("/installation/groups?show=closed"))


def test_a_closed_group_is_read_and_nothing_new_is_said_until_it_is_opened_again(client, root):
    ann, member = make.person("Ann"), Client()
    group = make.group(ann)
    topic = make.topic(group, author=ann)
    member.force_login(ann)

    without = client.post("/installation/groups/tarn/closure", {"close-reason": ""})
    assert without.status_code == 422
    client.post("/installation/groups/tarn/closure", {"close-reason": "Nobody looks after it."})

    page = text(member.get(topic.get_absolute_url()))
    assert "Hello all." in page
    assert "Nobody looks after it." in page
    assert member.post(f"/topics/{topic.pk}/replies", {"body": "More."}).status_code == 403
    assert topic.posts.count() == 1
    eve = Client()
    eve.force_login(make.person("Eve"))
    assert eve.post("/g/tarn/join").status_code == 403
    assert ("group_closed", "olga@example.org") in letters()
    kinds = list(HistoryEntry.objects.filter(kind="group.closed").values_list("group", "by__name"))
    assert sorted(kinds, key=str) == sorted([(group.pk, "Rita"), (None, "Rita")], key=str)
    assert client.post("/installation/groups/tarn/closure", {"close-reason": "Twice."}).status_code == 422

    client.post("/installation/groups/tarn/closure/remove")
    assert member.post(f"/topics/{topic.pk}/replies", {"body": "More."}).status_code == 302
    assert ("group_reopened", "olga@example.org") in letters()
    assert client.post("/installation/groups/tarn/closure/remove").status_code == 422


# Inspections


@pytest.fixture
def den(root):
    ann = make.person("Ann")
    group = make.group(ann, slug="den", visibility="hidden")
    make.topic(group, author=ann, title="Wombat plan", body="Wombat body")
    return group


def look(client, **more):
    sent = {"look-reason": "A complaint.", "look-hours": 4} | more
    return client.post("/installation/groups/den/inspection", sent)


def test_an_administrator_who_says_why_reads_for_a_time_and_the_owners_know(client, root, den):
    topic = den.channels.get().topics.get().get_absolute_url()
    assert client.get(topic).status_code == 404

    assert look(client).status_code == 302

    for address in ("/g/den", topic, "/g/den/topics", "/g/den/members"):
        assert client.get(address).status_code == 200, address
    assert "You look into this group as administrator" in text(client.get(topic))
    assert not holds(root, "topics.post", den)
    assert client.get("/g/den/manage").status_code == 404
    assert ("inspection_begun", "olga@example.org") in letters()
    olga = Client()
    olga.force_login(den.memberships.get(person__name="Olga").person)
    assert "A complaint." in text(olga.get("/g/den/manage/todo"))
    assert "A complaint." in text(olga.get("/g/den/manage/history"))

    client.post("/installation/groups/den/inspection/remove")
    assert client.get(topic).status_code == 404
    assert ("inspection_ended", "olga@example.org") in letters()
    assert "A complaint." not in text(olga.get("/g/den/manage/todo"))
    assert client.post("/installation/groups/den/inspection/remove").status_code == 404


def test_an_inspection_ends_by_itself_to_the_second_and_the_clock_tells(client, root, den):
    topic = den.channels.get().topics.get().get_absolute_url()
    look(client)
    assert client.get(topic).status_code == 200
    Inspection.objects.update(began_at=now() - timedelta(hours=5), ends_at=now() - timedelta(seconds=1))

    assert client.get(topic).status_code == 404  # before the clock has seen it

    assert end_inspections() == 1
    assert end_inspections() == 0
    assert list(HistoryEntry.objects.filter(kind="inspection.ended", group=den).values_list("via", flat=True)) == [
        "clock"
    ]
    assert ("inspection_ended", "olga@example.org") in letters()
    assert look(client).status_code == 302  # once more, with a reason of its own


@pytest.mark.parametrize("more", [{"look-reason": " "}, {"look-hours": 0}, {"look-hours": 1000}, {"look-hours": "x"}])
def test_without_a_reason_or_an_end_nobody_looks_into_a_group(client, root, den, more):
    assert look(client, **more).status_code == 422
    assert not Inspection.objects.exists()
    assert client.get("/g/den").status_code == 404


def test_one_looks_once_at_a_time_and_a_member_not_at_all(client, root, den):
    look(client)
    assert look(client).status_code == 422

    make.join(den, root)
    client.post("/installation/groups/den/inspection/remove")
    assert look(client).status_code == 422
    remove_member(den.memberships.get(person=root), by=den.memberships.get(person__name="Olga").person, via="test")
    assert look(client).status_code == 302


def test_an_inspection_reaches_neither_another_administrator_nor_the_groups_below(client, root, den):
    olga = den.memberships.get(person__name="Olga").person
    below = make.group(owner=olga, slug="below", parent=den, visibility="hidden")
    look(client)

    other = Client()
    other.force_login(make.person("Ruth", administrator=True))
    assert other.get("/g/den").status_code == 404
    assert client.get(below.get_absolute_url()).status_code == 404
    assert not holds(root, "topics.read", below)


def test_whoever_is_administrator_no_longer_looks_no_longer(client, root, den):
    make.person("Ruth", administrator=True)
    look(client)

    client.post("/installation/administrators/rita/remove")

    assert client.get("/g/den").status_code == 404
    assert client.get("/installation").status_code == 404


# Administrators


def test_administrators_are_named_and_dismissed_and_one_stays(client, root):
    ann = make.person("Ann")
    assert client.post("/installation/administrators/rita/remove").status_code == 422

    assert client.post("/installation/administrators", {"person": "nobody@example.org"}).status_code == 422
    client.post("/installation/administrators", {"person": "Ann@example.org"})
    ann.refresh_from_db()
    assert ann.is_administrator
    assert client.post("/installation/administrators", {"person": "@ann"}).status_code == 422

    client.post("/installation/administrators/ann/remove")
    ann.refresh_from_db()
    assert not ann.is_administrator
    drain(SUBSCRIBERS)
    page = text(client.get("/installation/history"))
    assert "made Ann administrator" in page
    assert "made Ann administrator no longer" in page
