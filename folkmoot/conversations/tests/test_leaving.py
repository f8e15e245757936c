from datetime import UTC, datetime

from folkmoot.accounts.models import Person
from folkmoot.accounts.operations import erase, merge
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.conversations.models import (
    Attachment,
    Draft,
    Edition,
    Happening,
    Mention,
    Post,
    Reaction,
    ReadMark,
    ScheduledPost,
    StoredFile,
    Subscription,
    Upload,
)
from folkmoot.conversations.operations import accept_answer, erase_words, main_channel, take_over
from folkmoot.outbox.relay import drain
from folkmoot.store import search
from tests import make

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
PERSONAL = (Reaction, Mention, ReadMark, Subscription, Draft, Upload)


def leave_traces(person, topic, *, read_to=EARLY, words="begun"):
    """One of each thing that somebody leaves in a conversation."""
    post = topic.posts.order_by("pk").first()
    stored, _made = StoredFile.objects.get_or_create(sha256="f" * 64, defaults={"size": 1, "kind": "text/plain"})
    Reaction.objects.create(person=person, post=post, kind="thanks")
    Mention.objects.create(person=person, post=post)
    ReadMark.objects.update_or_create(person=person, topic=topic, defaults={"read_to": read_to})
    Subscription.objects.create(person=person, topic=topic, level="muted")
    Draft.objects.create(person=person, key=f"topic-{topic.pk}", body=words)
    Upload.objects.create(person=person, file=stored, name="a.txt")
    ScheduledPost.objects.create(author=person, channel=topic.channel, topic=topic, body=words, due_at=LATE)


def conversation():
    ann, bob = make.person("Ann"), make.person("Bob")
    group = make.group(ann, bob)
    topic = make.topic(group, author=ann, title="Zebra crossing", body="Ann says quagga.")
    make.post(topic, author=bob, body="Bob says okapi.")
    return ann, bob, topic


def test_words_stay_without_the_name():
    ann, _bob, topic = conversation()
    leave_traces(ann, topic)
    before = topic.posts.order_by("pk").first()

    erase_words(ann, True)

    post = topic.posts.order_by("pk").first()
    assert (post.body, post.title) == ("Ann says quagga.", "Zebra crossing")
    assert post.version > before.version
    assert search.find("quagga", scopes=[topic.channel_id]) == [post.pk]
    assert not [model for model in PERSONAL if model.objects.filter(person=ann).exists()]
    assert not ScheduledPost.objects.exists()


def test_words_go_with_their_title_their_past_and_their_files():
    ann, bob, topic = conversation()
    mine, bobs = topic.posts.order_by("pk")
    Edition.objects.create(post=mine, body="Ann said quokka.", html="", written_at=EARLY)
    stored = StoredFile.objects.create(sha256="e" * 64, size=1, kind="text/plain")
    Attachment.objects.create(post=mine, file=stored, name="quagga.txt")

    erase_words(ann, False)

    mine, bobs = topic.posts.order_by("pk")
    topic.refresh_from_db()
    assert (mine.body, mine.html, mine.title, topic.title) == ("", "", "…", "…")
    assert mine.removed_at
    assert (bobs.body, bobs.author) == ("Bob says okapi.", bob)
    assert not Edition.objects.exists()
    assert not Attachment.objects.exists()
    assert search.find("quagga", scopes=[topic.channel_id]) == []
    assert search.find("zebra", scopes=[topic.channel_id]) == []
    assert search.find("okapi", scopes=[topic.channel_id]) == [bobs.pk]


def test_what_was_done_to_a_conversation_says_no_more_what_it_was_called():
    ann, bob, topic = conversation()
    renamed = Happening.objects.create(topic=topic, kind="renamed", by=bob, words="Quagga crossing")
    closed = Happening.objects.create(topic=topic, kind="closed", by=ann)

    erase_words(ann, False)

    renamed.refresh_from_db()
    closed.refresh_from_db()
    assert (renamed.words, renamed.by, closed.words) == ("…", bob, "")


def test_a_title_that_somebody_else_gave_stays():
    _ann, bob, topic = conversation()

    erase_words(bob, False)

    topic.refresh_from_db()
    assert topic.title == "Zebra crossing"
    assert [post.body for post in topic.posts.order_by("pk")] == ["Ann says quagga.", ""]


def test_nothing_of_the_others_goes():
    """But that a post which is empty now named somebody."""
    ann, bob, topic = conversation()
    leave_traces(bob, topic)

    erase_words(ann, False)
    erase_words(ann, False)

    assert [model.objects.filter(person=bob).count() for model in PERSONAL] == [1, 0, 1, 1, 1, 1]
    assert Post.objects.filter(author=bob, removed_at=None).count() == 1


def test_leaving_reaches_the_conversations(client):
    ann, _bob, topic = conversation()

    erase(ann, keep_words=True, by=ann, via="test")
    drain(SUBSCRIBERS)

    page = client.get(topic.get_absolute_url()).content.decode()
    assert "Ann says quagga." in page
    assert "Somebody who left" in page
    assert "/people/ann" not in page


def test_whoever_left_is_called_so_in_the_readers_language_wherever_a_name_stands(client):
    ann, bob, topic = conversation()
    accept_answer(make.post(topic, author=ann, body="Ann answers okapi."), by=ann, via="test")
    erase(ann, keep_words=True, by=ann, via="test")
    drain(SUBSCRIBERS)
    pages = [topic.get_absolute_url(), "/g/tarn", "/g/tarn/topics", f"/topics/{topic.pk}/feed.atom", "/search?q=okapi"]

    def named(language):
        client.force_login(bob)
        Person.objects.filter(pk=bob.pk).update(language=language)
        texts = [client.get(page).content.decode() for page in [*pages, "/inbox", f"/inbox/{topic.pk}"]]
        return ["Jemand, der gegangen ist" in text for text in texts], ["Somebody who left" in text for text in texts]

    assert named("de") == ([True] * 7, [False] * 7)
    assert named("en") == ([False] * 7, [True] * 7)
    assert Person.objects.filter(name="").get().name == "Somebody who left"


def test_two_that_become_one_have_each_thing_once():
    ann, bob, topic = conversation()
    leave_traces(ann, topic, read_to=EARLY, words="mine")
    leave_traces(bob, topic, read_to=LATE, words="theirs")
    Happening.objects.create(topic=topic, kind="closed", by=bob)

    take_over(bob.pk, into=ann)

    assert [model.objects.filter(person=ann).count() for model in PERSONAL] == [1] * len(PERSONAL)
    assert [model.objects.count() for model in PERSONAL] == [1] * len(PERSONAL)
    assert ReadMark.objects.get().read_to == LATE
    assert Draft.objects.get().body == "mine"
    assert Happening.objects.get().by == ann
    assert ScheduledPost.objects.filter(author=ann).count() == 2
    assert {post.author for post in topic.posts.all()} == {ann}


def test_what_only_the_other_had_comes_along():
    ann, bob, topic = conversation()
    leave_traces(bob, topic)
    Subscription.objects.create(person=bob, channel=main_channel(topic.channel.group), level="mentions")
    olga = make.person("Root", administrator=True)

    merge(bob, into=ann, by=olga, via="test")
    drain(SUBSCRIBERS)

    assert [model.objects.filter(person=ann).count() for model in PERSONAL] == [1, 1, 1, 2, 1, 1]
    assert not [model for model in PERSONAL if model.objects.filter(person=bob).exists()]
