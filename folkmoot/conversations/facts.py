"""What conversations hold of a person."""

from collections.abc import Iterator
from pathlib import Path

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.accounts.personal import Fact
from folkmoot.conversations.models import Archive, Attachment, Ballot, BallotLine, Edition, Happening, Poll, Post
from folkmoot.store import files

POST = "pk topic_id topic__title channel__group__slug title body markup via message_id said_at posted_at edited_at"


def facts_of(person: Person) -> Iterator[Fact]:
    yield from _of_words(person)
    yield from _of_taking_part(person)
    yield from _of_reading(person)


def _of_words(person: Person) -> Iterator[Fact]:
    told = _("what you said, for those who read that group; until you take it back or close your account")
    posts = Post.objects.filter(author=person)
    yield Fact("posts", _("Posts"), told, posts.order_by("pk").values(*POST.split(), "is_anonymous", "removed_at"))
    yield Fact(
        "editions",
        _("Earlier wordings"),
        _("what your posts said before you changed them; as long as the post"),
        Edition.objects.filter(post__author=person).order_by("pk").values("post_id", "body", "written_at"),
    )
    yield Fact(
        "attachments",
        _("Files with posts"),
        _("what you attached; as long as the post"),
        Attachment.objects.filter(post__author=person)
        .order_by("pk")
        .values("post_id", "name", "file__sha256", "file__size", "file__kind"),
    )


def _of_taking_part(person: Person) -> Iterator[Fact]:
    yield Fact(
        "reactions",
        _("Reactions"),
        _("your short answers to posts; until you take them back"),
        person.reactions.order_by("pk").values("post_id", "kind", "at"),
    )
    yield from _of_voting(person)
    yield Fact(
        "mentions",
        _("Posts that name you"),
        _("so that you hear of them"),
        person.mentions.order_by("pk").values("post_id"),
    )
    yield Fact(
        "happenings",
        _("What you did to conversations"),
        _("like closing or renaming, so that readers know; as long as the conversation"),
        Happening.objects.filter(by=person).order_by("pk").values("topic_id", "kind", "words", "at"),
    )
    yield Fact(
        "reports",
        _("Reports"),
        _("what you asked moderators to look at; as long as the case"),
        person.reports.order_by("pk").values("post_id", "reason", "words", "at"),
    )
    yield Fact(
        "archives",
        _("Archives you brought"),
        _("so that it is known who brought them"),
        Archive.objects.filter(brought_by=person).order_by("pk").values("file_name", "begun_at"),
    )


def _of_voting(person: Person) -> Iterator[Fact]:
    """Of a secret poll only that they voted: nobody knows more."""
    asked = Poll.objects.filter(post__author=person).order_by("pk")
    yield Fact(
        "polls",
        _("Polls"),
        _("what you asked, with your post; as long as the post"),
        asked.values("pk", "post_id", "question", "kind", "choices__words", "opened_at", "closed_at"),
    )
    yield Fact(
        "ballots",
        _("Ballots"),
        _("that you voted, so that everybody votes once; as long as the poll"),
        Ballot.objects.filter(person=person).order_by("pk").values("poll_id", "poll__question", "via", "cast_at"),
    )
    yield Fact(
        "ballot-lines",
        _("Votes"),
        _("what you chose in open polls, for all who may see them; as long as the poll"),
        BallotLine.objects.filter(ballot__person=person)
        .order_by("pk")
        .values("ballot__poll_id", "choice__words", "rank"),
    )


def _of_reading(person: Person) -> Iterator[Fact]:
    """What nobody else sees."""
    yield Fact(
        "read-marks",
        _("Read marks"),
        _("how far you have read, so that you see what is new; nobody else sees it"),
        person.read_marks.order_by("pk").values("topic_id", "read_to", "done_at", "later_at"),
    )
    yield Fact(
        "subscriptions",
        _("What you follow or mute"),
        _("so that you get what you want to; until you change it"),
        person.subscriptions.order_by("pk").values("channel_id", "topic_id", "level", "changed_at"),
    )
    yield Fact(
        "drafts",
        _("Drafts"),
        _("what you have begun to write; until you send it or throw it away"),
        person.drafts.order_by("pk").values("key", "title", "body", "saved_at"),
    )
    yield Fact(
        "scheduled-posts",
        _("Posts for later"),
        _("what you want said at its time"),
        person.scheduled_posts.order_by("pk").values("channel_id", "topic_id", "title", "body", "due_at", "done_at"),
    )
    yield Fact(
        "uploads",
        _("Files sent ahead"),
        _("for a post you have not sent yet; some days"),
        person.uploads.order_by("pk").values("name", "file__sha256", "file__size", "uploaded_at"),
    )


def files_of(person: Person) -> Iterator[tuple[str, bytes | Path]]:
    """Each post as a text that people can read, and each file that came with one."""
    posts = Post.objects.filter(author=person).select_related("topic", "channel__group").order_by("pk")
    for post in posts.iterator(chunk_size=500):
        name = f"{post.channel.group.slug}/{post.posted_at:%Y-%m-%d}-{post.pk}-{slugify(post.title)[:40] or 'post'}.md"
        yield f"posts/{name}", _as_text(post).encode()
    attached = Attachment.objects.filter(post__author=person).select_related("file").order_by("pk")
    for one in attached.iterator(chunk_size=500):
        yield f"files/{one.post_id}-{one.pk}-{Path(one.name).name}", files.where(one.file.sha256)
    for upload in person.uploads.select_related("file").order_by("pk"):
        yield f"files/upload-{upload.pk}-{Path(upload.name).name}", files.where(upload.file.sha256)


def _as_text(post: Post) -> str:
    """Like a letter: who, when, where, then the words."""
    lines = [f"Subject: {post.title}", f"Date: {post.posted_at.isoformat()}", f"Group: {post.channel.group.name}"]
    return "\n".join([*lines, f"Message-ID: <{post.message_id.strip('<>')}>", "", post.body, ""])
