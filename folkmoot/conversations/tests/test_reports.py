from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.conversations.models import Channel, Post, Report, ScheduledPost, Topic
from folkmoot.conversations.operations import (
    MustWait,
    edit,
    hold_post,
    release,
    reply,
    report,
    say_due,
    schedule,
    settle,
    turn_down,
)
from folkmoot.groups.models import Group, HistoryEntry, ModerationCase, Sanction
from folkmoot.groups.operations import sanction
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


def text(response):
    return response.content.decode()


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def topic(ann, bob, olga):
    return make.topic(make.group(ann, bob, owner=olga), author=ann, title="Backups", body="Buy this.")


def lay(topic, ann, olga, kind):
    return sanction(topic.channel.group, ann, kind=kind, reason="Spam.", by=olga, via="web")


def test_all_that_is_reported_of_one_person_is_one_case(topic, ann, bob, olga):
    first, second = topic.posts.get(), make.post(topic, author=ann)
    report(first, by=bob, reason="spam", words="Ads.", via="web")
    report(first, by=bob, reason="attack", via="web")
    report(second, by=olga, reason="spam", via="web")

    case = ModerationCase.objects.get()
    assert (case.person, case.group) == (ann, topic.channel.group)
    assert set(Report.objects.values_list("post", "by__name", "reason")) == {
        (first.pk, "Bob", "attack"),
        (second.pk, "Olga", "spam"),
    }
    assert Event.objects.filter(kind="report.made").count() == 3


def test_who_may_not_read_or_wrote_it_themselves_reports_nothing(topic, ann):
    Group.objects.update(visibility="hidden")
    topic.channel.group.roles.get(key="anyone").permissions.all().delete()
    Group.objects.update(access_version=1)
    for person in (ann, make.person("Eve")):
        with pytest.raises(NotAllowed):
            report(topic.posts.get(), by=person, reason="spam", via="web")
    assert not ModerationCase.objects.exists()
    assert not Event.objects.filter(kind="report.made").exists()


def test_a_case_is_decided_with_the_posts_and_a_sanction_at_once(topic, ann, bob, olga):
    report(topic.posts.get(), by=bob, reason="spam", via="web")
    case = ModerationCase.objects.get()

    settle(case, kind="suspend", days=7, reason="Ads.", takes_back=True, by=olga, via="web")

    case.refresh_from_db()
    laid = Sanction.objects.get()
    assert (case.closed_by, laid.case, laid.kind) == (olga, case, "suspend")
    assert topic.posts.get().removed_by == olga
    assert {"sanction.laid", "case.settled"} <= set(HistoryEntry.objects.values_list("kind", flat=True))
    with pytest.raises(Refused):
        settle(case, by=olga, via="web")


def test_whoever_may_not_decide_or_is_reported_decides_nothing(topic, ann, bob, olga):
    said = make.post(topic, author=olga)
    report(said, by=bob, reason="attack", via="web")
    case = ModerationCase.objects.get()
    for person in (ann, olga):
        with pytest.raises(NotAllowed):
            settle(case, by=person, via="web")
    case.refresh_from_db()
    assert case.closed_at is None


def test_what_has_no_name_is_decided_without_telling_whose_it_is(client, topic, ann, bob, olga):
    Channel.objects.update(allows_anonymous=True)
    hidden = reply(topic, author=ann, body="Psst.", via="web", is_anonymous=True)
    report(hidden, by=bob, reason="private", via="web")
    client.force_login(olga)
    page = text(client.get("/g/tarn/manage/reports"))
    assert "A member, without a name" in page
    assert "/people/ann" not in page.partition("<main")[2]
    with pytest.raises(Refused):
        settle(ModerationCase.objects.get(), kind="ban", reason="Out.", by=olga, via="web")
    report(topic.posts.in_order().first(), by=bob, reason="spam", via="web")
    assert "Psst." not in text(client.get("/g/tarn/manage/reports"))

    settle(ModerationCase.objects.get(), by=olga, via="web")

    assert ModerationCase.objects.get(closed_at=None).reports.get().post == hidden
    assert "A member, without a name" in text(client.get("/g/tarn/manage/reports"))


def test_who_is_slowed_down_says_one_post_an_hour(topic, ann, olga):
    lay(topic, ann, olga, "slow")
    with pytest.raises(Refused, match="slow down"):
        make.post(topic, author=ann)
    Post.objects.update(posted_at=now() - timedelta(hours=2))

    make.post(topic, author=ann)

    with pytest.raises(Refused):
        make.post(topic, author=ann)
    assert topic.posts.count() == 2


def test_a_held_post_is_released_by_a_moderator_or_turned_down_with_words(topic, ann, olga):
    lay(topic, ann, olga, "hold")
    with pytest.raises(MustWait):
        make.post(topic, author=ann)
    kept, other = (hold_post(topic.channel, topic=topic, author=ann, body=words, via="web") for words in ("A.", "B."))
    assert (say_due(), topic.posts.count()) == (0, 1)
    with pytest.raises(NotAllowed):
        release(kept, by=ann, via="web")
    with pytest.raises(NotAllowed):
        turn_down(kept, reason="No.", by=ann, via="web")

    post = release(kept, by=olga, via="web")
    turn_down(other, reason="Not here.", by=olga, via="web")

    other.refresh_from_db()
    assert (post.author, post.body, other.refusal) == (ann, "A.", "Not here.")
    with pytest.raises(Refused):
        release(other, by=olga, via="web")
    with pytest.raises(Refused):
        turn_down(kept, reason="No.", by=olga, via="web")
    assert set(Event.objects.filter(kind__startswith="post.").values_list("kind", flat=True)) == {
        "post.added", "post.held", "post.released", "post.turned_down",
    }  # fmt: skip


def test_nobody_who_may_not_write_has_a_post_held(topic):
    with pytest.raises(NotAllowed):
        hold_post(topic.channel, topic=topic, author=make.person("Eve"), body="Hi.", via="web")
    assert not ScheduledPost.objects.exists()


def test_a_scheduled_post_of_somebody_held_waits_for_a_moderator(topic, ann, olga):
    kept = schedule(topic.channel, topic=topic, author=ann, body="Later.", due_at=now() + timedelta(days=1), via="web")
    lay(topic, ann, olga, "hold")
    ScheduledPost.objects.update(due_at=now() - timedelta(minutes=1))

    assert (say_due(), say_due()) == (1, 0)

    kept.refresh_from_db()
    assert (kept.held_at is not None, kept.done_at, topic.posts.count()) == (True, None, 1)


def test_the_first_posts_of_a_new_member_are_held_and_of_nobody_else(topic, ann, bob, olga):
    Group.objects.update(first_posts_held=1)
    topic.refresh_from_db()
    with pytest.raises(MustWait):
        make.post(topic, author=bob)

    make.post(topic, author=ann)  # has said something here
    make.post(topic, author=olga)  # decides about letters

    assert topic.posts.count() == 3


def test_a_suspended_person_changes_nothing_they_said(topic, ann, olga):
    lay(topic, ann, olga, "suspend")
    with pytest.raises(NotAllowed):
        edit(topic.posts.get(), by=ann, body="Ads.", via="web")
    assert topic.posts.get().body == "Buy this."


# Pages


def test_a_post_is_reported_and_decided_on_the_pages(client, topic, ann, bob, olga):
    post = topic.posts.get()
    client.force_login(bob)
    assert f"/posts/{post.pk}/report" in text(client.get(f"/posts/{post.pk}/actions"))
    assert client.get(f"/posts/{post.pk}/report").status_code == 200
    assert client.post(f"/posts/{post.pk}/report", {}).status_code == 422
    assert client.post(f"/posts/{post.pk}/report", {"reason": "spam", "words": "Ads."}).status_code == 302
    assert client.get("/g/tarn/manage/reports").status_code == 404
    case = ModerationCase.objects.get()
    assert client.post(f"/moderation/{case.pk}/settle", {}).status_code == 404
    client.force_login(olga)
    page = text(client.get("/g/tarn/manage/reports"))
    assert "Ads." in page
    assert "Buy this." in page

    client.post(f"/moderation/{case.pk}/settle", {"kind": "hold", "days": "7", "reason": "Ads.", "takes_back": "on"})

    assert Sanction.objects.get().kind == "hold"
    assert "Hold each post" in text(client.get("/g/tarn/manage/reports"))


def test_a_held_reply_and_a_held_conversation_wait_on_the_web(client, topic, ann, olga):
    lay(topic, ann, olga, "hold")
    client.force_login(ann)
    client.post(f"/topics/{topic.pk}/replies", {"body": "A reply."})
    client.post("/g/tarn/topics/new", {"title": "News", "body": "All new.", "channel": "main"})
    assert "A moderator looks at it first" in text(client.get("/scheduled"))
    first, second = ScheduledPost.objects.order_by("pk")
    assert client.post(f"/waiting/{first.pk}/release").status_code == 404
    assert client.post(f"/scheduled/{first.pk}/remove").status_code in {404, 422, 403, 409, 400}
    client.force_login(olga)
    assert "A reply." in text(client.get("/g/tarn/manage/reports"))

    client.post(f"/waiting/{first.pk}/release")
    client.post(f"/waiting/{second.pk}/refuse", {"reason": "Not here."})

    assert topic.posts.count() == 2
    assert not Topic.objects.filter(title="News").exists()
    client.force_login(ann)
    assert "Not here." in text(client.get("/scheduled"))


def test_whoever_reads_the_group_sees_how_much_was_moderated(client, topic, ann, bob, olga):
    report(topic.posts.get(), by=bob, reason="spam", via="web")
    settle(ModerationCase.objects.get(), kind="ban", reason="Ads.", takes_back=True, by=olga, via="web")

    page = text(client.get("/g/tarn/transparency"))

    assert page.count('<td class="num">1</td>') == 3  # a report, a post, a ban
    assert "Ann" not in page.partition("<table")[2].partition("</table")[0]


@pytest.mark.parametrize("people", [1, 3])
def test_the_reports_ask_the_same_for_any_length(client, topic, bob, olga, django_assert_max_num_queries, people):
    for name in ("Cleo", "Dora", "Emil")[:people]:
        someone = make.person(name)
        make.join(topic.channel.group, someone)
        report(make.post(topic, author=someone), by=bob, reason="spam", via="web")
    client.force_login(olga)
    client.get("/g/tarn/manage/reports")

    with django_assert_max_num_queries(13):
        client.get("/g/tarn/manage/reports")


def test_the_history_does_not_say_whose_a_nameless_held_post_was(topic, ann, olga):
    kept = hold_post(topic.channel, topic=topic, author=ann, body="Psst.", is_anonymous=True, via="web")

    turn_down(kept, reason="Not here.", by=olga, via="web")

    assert HistoryEntry.objects.get(kind="post.turned_down").about is None
