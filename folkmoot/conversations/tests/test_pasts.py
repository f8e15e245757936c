from folkmoot.conversations.models import Archive, Post
from folkmoot.conversations.operations import confirm_past, main_channel
from folkmoot.outbox.models import Event
from tests import make


def imported(group, author) -> Post:
    post = make.topic(group, author=author).posts.get()
    archive = Archive.objects.get_or_create(channel=main_channel(group), fingerprint="f", file_name="a.mbox")[0]
    Post.objects.filter(pk=post.pk).update(archive=archive)
    return post


def test_an_author_says_of_their_imported_posts_that_was_me():
    ann, bob = make.person("Ann"), make.person("Bob")
    group = make.group(ann, bob)
    mine, his = imported(group, ann), imported(group, bob)

    assert confirm_past(ann, group=group) == 1
    assert confirm_past(ann, group=group) == 0

    assert set(Post.objects.exclude(confirmed_at=None)) == {mine}
    assert his in set(Post.objects.filter(confirmed_at=None))
    assert [event.actor for event in Event.objects.filter(kind="past.confirmed")] == [ann]


def test_what_was_said_here_needs_no_confirming():
    ann = make.person("Ann")
    group = make.group(ann)
    make.topic(group, author=ann)
    assert confirm_past(ann, group=group) == 0
    assert not Event.objects.filter(kind="past.confirmed").exists()
