"""`folkmoot demo`: what it fills in, that all of it opens, and that it is found."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import Client
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.config import subscribers
from folkmoot.config.cli.demo import demo
from folkmoot.config.demo import filling
from folkmoot.config.demo.reading import conversation
from folkmoot.conversations.models import Post, Topic
from folkmoot.doors.mail.models import Mailing
from folkmoot.groups.models import Group, Membership
from folkmoot.kit.errors import Refused
from folkmoot.meetings.models import Meeting
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from folkmoot.store import search
from tests import make

pytestmark = pytest.mark.timeout(300)  # all of it is filled in and opened, also on a busy machine

SCRIPTS = {
    "Latin": "Zeitumstellung",
    "Greek": "Θεσσαλονίκη",
    "Cyrillic": "Харкові",
    "Arabic": "ممتاز",
    "Hebrew": "תודה",
    "Georgian": "ხარვეზი",
    "Armenian": "Վրիպակ",
    "Hangul": "해요체와",
}


@pytest.fixture
def filled():
    filling.fill(filling.read(), lambda: None)


def test_it_fills_three_groups_with_sixty_people_and_four_hundred_posts(filled):
    assert set(Group.objects.values_list("slug", flat=True)) == {"tarn-rhein-ruhr", "swiatlo", "free-words"}
    assert Person.objects.count() == 60
    assert Post.objects.count() == 400
    assert Topic.objects.count() >= 45
    assert set(Post.objects.values_list("via", flat=True)) == {"web", "mail"}
    assert max(len(body.split()) for body in Post.objects.values_list("body", flat=True)) > 3900


def test_some_of_it_is_pinned_closed_or_answered(filled):
    assert Topic.objects.exclude(pinned_at=None).count() == 3
    assert Topic.objects.exclude(locked_at=None).count() == 2
    answers = Post.objects.filter(pk__in=Topic.objects.exclude(answer=None).values("answer"))
    assert len(answers) >= 10
    assert "tarnctl beds --sweep-old" in answers.get(topic__title__startswith="Compaction").body


def test_it_took_place_within_the_last_eight_weeks(filled):
    times = Post.objects.order_by("posted_at").values_list("posted_at", flat=True)

    assert now() - timedelta(weeks=9) < times[0] < now() - timedelta(weeks=7)
    assert now() - timedelta(days=2) < times[len(times) - 1] < now()
    for topic in Topic.objects.all():
        mine = list(topic.posts.order_by("posted_at").values_list("posted_at", flat=True))
        assert (topic.started_at, topic.last_post_at, topic.post_count) == (mine[0], mine[-1], len(mine))


def test_no_letter_goes_out_for_it(filled):
    assert Membership.objects.filter(mail=Membership.Mail.EACH).exists()

    drain(subscribers.SUBSCRIBERS)

    assert Event.objects.filter(kind="post.added").count() == 400
    assert not Mailing.objects.exists()


def test_a_search_finds_words_in_many_scripts(filled):
    scopes = list(Topic.objects.values_list("channel_id", flat=True).distinct())

    for script, word in SCRIPTS.items():
        found = Post.objects.filter(pk__in=search.find(word, scopes=scopes))

        assert found, script
        assert all(word.lower() in f"{post.title} {post.body}".lower() for post in found), script


def test_every_page_of_it_opens(filled):
    ines = Person.objects.at("ines@example.org")
    pages = ["/groups", "/search", *(group.get_absolute_url() for group in Group.objects.all())]
    pages += [f"/g/{group.slug}/topics" for group in Group.objects.all()]
    pages += [
        f"/g/{group.slug}/meetings{more}" for group in Group.objects.all() for more in ("", "?when=past", "?month=")
    ]
    pages += [meeting.get_absolute_url() for meeting in Meeting.objects.select_related("group")]
    pages += [topic.get_absolute_url() for topic in Topic.objects.select_related("channel__group")]
    pages += [f"/people/{person.handle}" for person in Person.objects.all()]
    stranger, member = Client(), Client()
    member.force_login(ines)

    answers = {page: (stranger.get(page).status_code, member.get(page).status_code) for page in pages}

    assert {page: codes for page, codes in answers.items() if codes != (200, 200)} == {}


def test_it_refuses_where_somebody_is_and_leaves_nothing_behind():
    make.group()

    result = CliRunner().invoke(demo, [])

    assert result.exit_code == 3
    assert Person.objects.count() == 1
    assert not Post.objects.exists()
    with pytest.raises(Refused):
        filling.fill(filling.read(), lambda: None)


def test_the_command_says_how_to_look_around():
    result = CliRunner().invoke(demo, ["--json"])

    facts = json.loads(result.stdout)
    assert (facts["groups"], facts["people"], facts["posts"]) == (3, 60, 400)
    assert Client().get(facts["start"].removeprefix(settings.SITE)).status_code == 200


def test_a_conversation_is_read_from_its_file():
    at = now().replace(hour=12, minute=0, second=0, microsecond=0)

    read = conversation("# Hi\npinned\nanswer 2\n\n@ann web 3d 09:30\n\nOne.\n\n@bob mail +2h to 1\n\n@all Two.\n", at)

    assert (read.title, read.marks) == ("Hi", {"pinned": 1, "answer": 2})
    one, two = read.posts
    assert (one.who, one.via, one.at, one.answers, one.body) == (
        "ann",
        "web",
        at - timedelta(days=3, hours=2.5),
        0,
        "One.",
    )
    assert (two.who, two.via, two.at - one.at, two.answers, two.body) == (
        "bob",
        "mail",
        timedelta(hours=2),
        1,
        "@all Two.",
    )
