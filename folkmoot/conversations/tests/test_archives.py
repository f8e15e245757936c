from datetime import UTC, datetime, timedelta

import pytest

from folkmoot.accounts.models import OPERATOR, Address, Person
from folkmoot.accounts.operations import enrol
from folkmoot.conversations.models import Archive, ArchiveRemark, Attachment, OldTopic, Post, Reference, Topic
from folkmoot.conversations.operations import (
    ArchivedLetter,
    Progress,
    UnreadLetter,
    add_archived,
    begin_archive,
    finish_archive,
    main_channel,
    restart_archive,
)
from folkmoot.conversations.operations.archives.authors import enrol_authors
from folkmoot.conversations.operations.archives.letters import text_digest
from folkmoot.conversations.operations.archives.ties import Known, Ties
from folkmoot.conversations.rendering import keep_file
from folkmoot.groups.operations import remove_member
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.store import search
from tests import make

START = datetime(2005, 3, 1, 12, 0, tzinfo=UTC)


def letter(name, *parents, hour=0, title="Hello", author="ann@example.org", body=None, files=()):
    text = f"This is {name}." if body is None else body
    return ArchivedLetter(
        number=hour,
        message_id=f"<{name}@example.org>",
        parents=tuple(f"<{one}@example.org>" for one in parents),
        author_name=author.partition("@")[0].title(),
        author_address=author,
        title=f"Re: {title}" if parents else title,
        topic_title=title,
        body=text,
        markup="text",
        html=f"<p>{text}</p>",
        html_version=1,
        files=tuple(files),
        said_at=START + timedelta(hours=hour),
        posted_at=START + timedelta(hours=hour),
        text=text_digest(text),
    )


@pytest.fixture
def archive():
    return begin_archive(main_channel(make.group()), file_name="2005.mbox", fingerprint="f", by=OPERATOR)


def bring(archive, *letters, unread=()):
    archive.refresh_from_db()
    after = archive.position + len(letters) + len(unread)
    add_archived(archive, letters, unread, progress=Progress(archive.position, after, f"d{after}"), by=OPERATOR)
    archive.refresh_from_db()


def threads():
    found = {}
    for topic, message_id in Post.objects.values_list("topic", "message_id"):
        found.setdefault(topic, set()).add(message_id.strip("<>").partition("@")[0])
    return sorted(map(sorted, found.values()))


def post(name):
    return Post.objects.get(message_id=f"<{name}@example.org>")


def test_letters_become_posts_that_say_where_they_come_from(archive):
    bring(archive, letter("a", title="Bees"), letter("b", "a", hour=2, title="Bees", author="bob@example.org"))

    first, second = Post.objects.order_by("posted_at")
    topic = Topic.objects.get()
    assert (first.archive, first.confirmed_at, first.via, first.title) == (archive, None, "mail", "Bees")
    assert (second.title, second.answers, second.references) == ("Re: Bees", first, "<a@example.org>")
    assert (topic.title, topic.post_count, topic.last_via) == ("Bees", 2, "mail")
    assert (topic.started_at, topic.last_post_at) == (START, START + timedelta(hours=2))
    assert search.find("This is b", scopes=[archive.channel_id]) == [second.pk]


def test_how_far_it_has_come_is_noted_with_what_it_brought(archive):
    bring(archive, letter("a"), unread=[UnreadLetter(1, "the letter is empty")])

    assert (archive.position, archive.digest) == (2, "d2")
    assert archive.tally == {"messages": 2, "posts": 1, "unreadable": 1}
    assert list(archive.remarks.values_list("number", "kind", "words")) == [(1, "unreadable", "the letter is empty")]


def test_the_same_batch_is_not_added_twice(archive):
    bring(archive, letter("a"))

    with pytest.raises(Refused):
        add_archived(archive, [letter("b")], progress=Progress(0, 1, "d1"), by=OPERATOR)

    assert threads() == [["a"]]


def test_the_end_is_one_event_and_no_mail_goes_out(archive):
    bring(archive, letter("a"))
    finish_archive(archive, by=OPERATOR, via="command")
    finish_archive(archive, by=OPERATOR, via="command")

    event = Event.objects.get(kind="archive.brought")
    assert (event.subject_id, event.data) == (archive.pk, {"messages": 1, "posts": 1})
    assert not Event.objects.filter(kind="post.added").exists()


def test_a_member_who_does_not_manage_the_group_cannot_bring_its_past():
    eve = make.person("Eve")
    channel = main_channel(make.group(eve))

    with pytest.raises(NotAllowed):
        begin_archive(channel, file_name="x", fingerprint="x", by=eve)

    archive = begin_archive(channel, file_name="x", fingerprint="x", by=OPERATOR)
    before = Event.objects.count()
    for act in (
        lambda: add_archived(archive, [letter("a", author="new@example.org")], progress=Progress(0, 1, ""), by=eve),
        lambda: finish_archive(archive, by=eve, via="web"),
        lambda: restart_archive(archive, by=eve),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not Post.objects.exists()
    assert not Person.objects.known_at("new@example.org")
    assert Event.objects.count() == before


def test_whoever_manages_the_group_is_noted_as_who_brought_it():
    group = make.group()
    olga = Person.objects.at("olga@example.org")

    archive = begin_archive(main_channel(group), file_name="x", fingerprint="x", by=olga)
    again = begin_archive(main_channel(group), file_name="y", fingerprint="x", by=OPERATOR)

    assert archive.brought_by == olga
    assert again == archive


def test_a_file_that_is_not_the_same_any_more_begins_anew(archive):
    bring(archive, letter("a"), unread=[UnreadLetter(1, "why")])
    restart_archive(archive, by=OPERATOR)
    bring(archive, letter("a"), letter("b", hour=1))

    assert archive.tally == {"messages": 2, "posts": 1, "doubles": 1}
    assert not ArchiveRemark.objects.exists()
    assert threads() == [["a"], ["b"]]


# Who wrote it


def test_a_member_is_known_by_an_address_and_others_are_new_people(archive):
    ann = make.person("Ann")
    make.join(archive.channel.group, ann)

    bring(archive, letter("a"), letter("b", author="bob@example.org"))

    bob = post("b").author
    assert post("a").author == ann
    assert (bob.name, bob.last_login) == ("Bob", None)
    assert not Address.objects.get(email="bob@example.org").verified


def test_an_account_outside_the_group_says_nothing_here(archive):
    stranger, gone = make.person("Ann"), make.person("Gus")
    remove_member(make.join(archive.channel.group, gone), by=OPERATOR, via="test")

    bring(archive, letter("a"), letter("g", author="gus@example.org"))

    assert post("a").author != stranger
    assert post("g").author != gone
    assert {one.author.emailaddress_set.get().verified for one in Post.objects.all()} == {False}


def test_an_author_is_one_person_in_all_archives(archive):
    bring(archive, letter("a", author="bob@example.org"))
    other = main_channel(make.group(slug="fen"))
    second = begin_archive(other, file_name="2", fingerprint="2", by=OPERATOR)
    bring(second, letter("a", author="bob@example.org"))

    assert Post.objects.count() == 2
    assert Post.objects.values("author").distinct().count() == 1


def test_an_unproven_address_of_somebody_with_an_account_is_nobodys(archive):
    mallory = make.person("Mallory")
    Address.objects.create(user=mallory, email="ann@example.org", verified=False)
    Person.objects.filter(pk=mallory.pk).update(last_login=None)

    bring(archive, letter("a"))

    assert post("a").author != mallory


def test_whoever_had_no_name_gets_the_one_that_a_later_letter_says():
    group = make.group()
    enrol(name="", address="bob@example.org", via="mail")

    authors = enrol_authors({"bob@example.org": "Bob Best", "cat@example.org": ""}, group)

    names = {person.name for person in Person.objects.filter(pk__in=[authors[one] for one in authors.known])}
    assert names == {"Bob Best", "cat"}


# What belongs together


def test_letters_that_name_the_same_missing_letter_belong_together(archive):
    bring(archive, letter("a", "missing", hour=1), letter("b", "missing", hour=2), letter("c", hour=3))

    assert threads() == [["a", "b"], ["c"]]
    assert post("b").answers is None


@pytest.mark.parametrize("size", [1, 2, 5])
def test_any_order_gives_the_same_topics_and_answers(archive, size):
    letters = [
        letter("e", "b", "x", hour=5, title="Bees"),
        letter("d", "c", "y", hour=4, title="Bees"),
        letter("c", "b", "a", hour=3, title="Bees"),
        letter("b", "a", hour=2, title="Bees"),
        letter("a", hour=1, title="Bees"),
    ]
    for start in range(0, len(letters), size):
        bring(archive, *letters[start : start + size])

    topic = Topic.objects.get()
    answers = {(one.message_id[1], one.answers.message_id[1] if one.answers else "") for one in Post.objects.all()}
    assert threads() == [["a", "b", "c", "d", "e"]]
    assert answers == {("a", ""), ("b", "a"), ("c", "b"), ("d", "c"), ("e", "b")}
    assert (topic.title, topic.started_at, topic.post_count) == ("Bees", START + timedelta(hours=1), 5)
    assert topic.last_post_at == START + timedelta(hours=5)
    assert set(Reference.objects.values_list("topic", flat=True)) == {topic.pk}


def test_a_letter_that_ties_two_topics_makes_them_one_and_the_younger_redirects(client, archive):
    bring(archive, letter("old", hour=1, title="Old"), letter("young", hour=2, title="Young"))
    old, young = post("old").topic, post("young").topic
    bring(archive, letter("tie", "young", "old", hour=3))

    old.refresh_from_db()
    assert threads() == [["old", "tie", "young"]]
    assert (old.title, old.post_count) == ("Old", 3)
    assert list(OldTopic.objects.values_list("number", "topic_id")) == [(young.pk, old.pk)]
    assert client.get(young.get_absolute_url()).headers["Location"] == old.get_absolute_url()


def test_a_topic_is_called_what_its_first_letter_is_called_also_when_that_comes_later(archive):
    bring(archive, letter("b", "a", hour=2, title="Changed"))
    bring(archive, letter("a", hour=1, title="First"))

    topic = Topic.objects.get()
    assert (topic.title, topic.started_at) == ("First", START + timedelta(hours=1))


def test_letters_that_answer_each_other_in_a_circle_do_not_turn_for_ever(archive):
    bring(archive, letter("a", "c", hour=1), letter("b", "a", hour=2))
    bring(archive, letter("c", "b", hour=3))

    assert {(one.message_id[1], one.answers.message_id[1] if one.answers else "") for one in Post.objects.all()} == {
        ("a", ""),
        ("b", "a"),
        ("c", "b"),
    }


def test_a_letter_of_the_past_joins_what_is_said_today_and_changes_nothing_else(archive):
    live = make.topic(archive.channel.group, title="Live")
    began, said = live.started_at, live.posts.get()
    bring(archive, letter("older", hour=0), letter("tie", "older", hour=1))
    bring(archive, make_answer(letter("late", hour=2), said.message_id, "<tie@example.org>"))

    live.refresh_from_db()
    assert (live.title, live.started_at, live.post_count) == ("Live", began, 4)
    assert Topic.objects.get() == live
    assert post("late").answers == said


def test_two_live_topics_are_never_made_one(archive):
    one, two = make.topic(archive.channel.group), make.topic(archive.channel.group)
    names = [topic.posts.get().message_id for topic in (two, one)]

    bring(archive, make_answer(letter("tie"), *names), letter("more", "tie", hour=1))

    assert set(Topic.objects.values_list("pk", "post_count")) == {(one.pk, 1), (two.pk, 3)}


def make_answer(given, *parents):
    fields = {name: getattr(given, name) for name in given.__slots__}
    return ArchivedLetter(**{**fields, "parents": parents})


def test_of_two_known_topics_the_live_one_stays_then_the_older():
    known = {
        1: Known(1, START, is_live=False),
        2: Known(2, START - timedelta(days=1), is_live=False),
        3: Known(3, START + timedelta(days=1), is_live=True),
    }
    ties = Ties({"a": 1, "b": 2, "c": 3}, known)

    ties.add("x", ["a", "b"])
    assert ties.merged() == {1: 2}
    ties.add("y", ["x", "c"])
    assert ties.merged() == {1: 3, 2: 3}
    ties.add("z", ["nobody"])
    assert ties.topic_of("nobody") < 0


# Doubles


def test_a_letter_that_is_here_already_is_a_double(archive):
    bring(archive, letter("a"), letter("a"))
    bring(archive, letter("a", body="This   is\r\na."))

    assert archive.tally == {"messages": 3, "posts": 1, "doubles": 2}


def test_another_text_under_the_same_id_is_kept_under_an_id_of_its_own(archive):
    bring(archive, letter("a"), letter("b", "a", hour=1), letter("b", "a", hour=2, body="Something else."))
    bring(archive, letter("b", "a", hour=2, body="Something else."))

    remark = archive.remarks.get()
    assert archive.tally == {"messages": 4, "posts": 3, "clashes": 1, "doubles": 1}
    assert remark.kind == "clash"
    assert remark.message_id.endswith("@double.invalid>")
    assert Post.objects.get(message_id=remark.message_id).answers == post("a")
    assert Topic.objects.count() == 1


def test_files_come_along_and_are_kept_once(archive):
    picture = keep_file("p.txt", b"words", said_kind="text/plain", content_id="c1")
    bring(archive, letter("a", files=[picture]), letter("b", hour=1, files=[picture]))

    rows = set(Attachment.objects.values_list("post__message_id", "name", "file__sha256", "content_id"))
    assert rows == {(f"<{one}@example.org>", "p.txt", picture.sha256, "c1") for one in "ab"}
    assert archive.tally["attachments"] == 2


def test_an_archive_is_one_groups(archive):
    other = begin_archive(main_channel(make.group(slug="fen")), file_name="f", fingerprint="f", by=OPERATOR)
    bring(archive, letter("a"))
    bring(other, letter("a"))

    assert Archive.objects.count() == 2
    assert Topic.objects.count() == 2
