import pytest
from django.utils.timezone import now

from folkmoot.conversations.models import Archive, Edition, Mention, Post, Topic
from folkmoot.conversations.operations import edit, put_back, reply, take_back
from folkmoot.conversations.rendering import keep_file
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.store import search
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def post(ann, bob):
    return make.post(make.topic(make.group(ann, bob)), author=ann, body="Old *words*.")


def owner_of(post):
    return post.channel.group.memberships.order_by("pk")[0].person


def events(kind):
    return list(Event.objects.filter(kind=kind).values_list("subject_id", "actor_id"))


def found(word, post):
    return search.find(word, scopes=[post.channel_id])


# Changing


def test_a_changed_post_says_the_new_words_and_keeps_the_old_ones(post, ann):
    edit(post, by=ann, body="New words.", via="web")

    changed = Post.objects.get(pk=post.pk)
    assert (changed.body, changed.html, changed.version) == ("New words.", "<p>New words.</p>\n", post.version + 1)
    assert changed.edited_at is not None
    kept = Edition.objects.get()
    assert (kept.post, kept.body, kept.written_at, kept.replaced_by) == (post, "Old *words*.", post.posted_at, ann)
    assert (found("new", post), found("old", post)) == ([post.pk], [])
    assert events("post.edited") == [(post.pk, ann.pk)]


def test_a_second_change_keeps_both_wordings(post, ann):
    first = edit(post, by=ann, body="Second.", via="web")
    edit(post, by=ann, body="Third.", via="web")

    assert [one.body for one in Edition.objects.order_by("pk")] == ["Old *words*.", "Second."]
    assert Edition.objects.last().written_at == first.edited_at


def test_the_same_words_are_no_change(post, ann):
    edit(post, by=ann, body="Old *words*.", via="web")

    assert Post.objects.get(pk=post.pk).edited_at is None
    assert not Edition.objects.exists()
    assert events("post.edited") == []


def test_only_its_author_and_moderators_change_a_post(post, bob):
    with pytest.raises(NotAllowed):
        edit(post, by=bob, body="I say so.", via="web")

    assert Post.objects.get(pk=post.pk).body == "Old *words*."
    assert not Edition.objects.exists()
    assert events("post.edited") == []
    edit(post, by=owner_of(post), body="Moderated.", via="web")
    assert Edition.objects.get().replaced_by == owner_of(post)


def test_a_moderator_does_not_put_words_into_a_letter(post, ann):
    letter = make.post(post.topic, author=ann, body="As written.", via="mail")

    with pytest.raises(NotAllowed):
        edit(letter, by=owner_of(post), body="Otherwise.", via="web")
    edit(letter, by=ann, body="As meant.", via="web")

    assert Post.objects.get(pk=letter.pk).body == "As meant."


def test_what_an_archive_says_somebody_said_is_theirs_only_once_confirmed(post, ann):
    archive = Archive.objects.create(channel=post.channel, file_name="a", fingerprint="a")
    Post.objects.filter(pk=post.pk).update(archive=archive)
    with pytest.raises(NotAllowed):
        edit(post, by=ann, body="Not me.", via="web")
    with pytest.raises(NotAllowed):
        take_back(post, by=ann, via="web")

    Post.objects.filter(pk=post.pk).update(confirmed_at=now())

    assert edit(post, by=ann, body="It was me.", via="web").body == "It was me."


def test_nothing_is_changed_in_a_closed_conversation(post, ann):
    Topic.objects.filter(pk=post.topic_id).update(locked_at=now())

    with pytest.raises(NotAllowed):
        edit(post, by=ann, body="Too late.", via="web")


@pytest.mark.parametrize("body", [" ", "x" * 200_001])
def test_a_change_to_nothing_or_too_much_is_refused(post, ann, body):
    with pytest.raises(Refused):
        edit(post, by=ann, body=body, via="web")

    assert not Edition.objects.exists()


def test_a_letter_stays_a_letter_with_its_quotes_folded(post, ann):
    from_mail = reply(post.topic, author=ann, body="x", via="mail", markup="text")
    Post.objects.filter(pk=from_mail.pk).update(html_version=1001)
    from_mail.refresh_from_db()

    changed = edit(from_mail, by=ann, body="Yes.\n\n> one\n> two\n> three\n> four\n> five\n> six", via="web")

    assert "<details" in changed.html


def test_whom_a_changed_post_names_is_noted_anew(post, ann, bob):
    edit(post, by=ann, body="Hi @bob", via="web")
    assert [one.person for one in Mention.objects.all()] == [bob]

    edit(post, by=ann, body="Hi @ann", via="web")

    assert [one.person for one in Mention.objects.all()] == [ann]


# Taking back


def test_a_post_taken_back_is_found_no_more_and_comes_back_as_it_was(post, ann):
    take_back(post, by=ann, via="web")

    gone = Post.objects.get(pk=post.pk)
    assert (gone.removed_by, gone.body, gone.version) == (ann, "Old *words*.", post.version + 1)
    assert gone.removed_at is not None
    assert found("old", post) == []
    assert Topic.objects.get().post_count == 2

    put_back(post, by=ann, via="web")

    back = Post.objects.get(pk=post.pk)
    assert (back.removed_at, back.removed_by) == (None, None)
    assert found("old", post) == [post.pk]
    assert events("post.removed") == events("post.restored") == [(post.pk, ann.pk)]


def test_nobody_else_takes_it_back_or_puts_it_back(post, ann, bob):
    with pytest.raises(NotAllowed):
        take_back(post, by=bob, via="web")
    assert Post.objects.get(pk=post.pk).removed_at is None

    take_back(post, by=owner_of(post), via="web")

    for person in (ann, bob):  # what a moderator took back, its author can't put back
        with pytest.raises(NotAllowed):
            put_back(post, by=person, via="web")
    assert Post.objects.get(pk=post.pk).removed_at is not None
    assert events("post.restored") == []
    put_back(post, by=owner_of(post), via="web")


def test_what_was_taken_back_can_not_be_changed_or_taken_back_again(post, ann):
    take_back(post, by=ann, via="web")

    with pytest.raises(NotAllowed):
        edit(post, by=ann, body="Yes but.", via="web")
    with pytest.raises(NotAllowed):
        take_back(post, by=ann, via="web")


def test_the_files_of_a_post_go_with_it(ann, bob):
    topic = make.topic(make.group(ann, bob))
    post = reply(topic, author=ann, body="See.", via="web", files=[keep_file("a.txt", b"a", said_kind="")])
    assert post.attachments.visible_to(bob).exists()

    take_back(post, by=ann, via="web")

    assert not post.attachments.visible_to(bob).exists()
