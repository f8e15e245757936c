import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Attachment, Channel, Draft, Mention, Post, Reference, Topic
from folkmoot.conversations.operations.asking import Asked, add_poll, checked_poll
from folkmoot.conversations.operations.holding import hold
from folkmoot.conversations.operations.naming import named_in
from folkmoot.conversations.operations.reading import note_author_read
from folkmoot.conversations.operations.uploading import adopt, stored
from folkmoot.conversations.operations.waiting import check_pace
from folkmoot.conversations.rendering import KeptFile
from folkmoot.conversations.rules import can_moderate, can_reply, can_start
from folkmoot.groups.models import Group
from folkmoot.groups.sides import Standpoint, standpoint_of_speaker
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.msgid import new_message_id
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record
from folkmoot.store import search
from folkmoot.store.prepared import Prepared
from folkmoot.store.prepared_writes import PreparedInsert, PreparedUpdate

LONGEST_TITLE = 200
LONGEST_BODY = 200_000

_DRAFT = Prepared(
    lambda handle, key: Draft.objects.filter(person__handle=handle, key=key).values_list("pk"), words=True
)
_POSTS = PreparedInsert(Post)
_CLAIMS = PreparedInsert(Reference, unique=["channel", "message_id"], updates=["topic"])
_GOES_ON = PreparedUpdate(
    lambda topic, at, via: (
        Topic.objects.filter(pk=topic),
        {"last_post_at": Greatest("last_post_at", at), "last_via": via, "post_count": F("post_count") + 1},
    ),
    int,
    datetime,
    str,
)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What a post that came as a letter brings along."""

    message_id: str
    references: tuple[str, ...] = ()  # oldest first
    said_at: datetime | None = None
    title: str = ""
    files: Sequence[KeptFile] = field(default=())
    rendered: tuple[str, int] | None = None  # the body as HTML, by a door that had time before its transaction
    is_proven: bool = True  # that the author wrote it; a letter whose sender nobody vouches for carries no badge


def main_channel(group: Group) -> Channel:
    """Return the channel that is the group's own address; it is there from the first time it is asked for."""
    return Channel.objects.get_or_create(group=group, slug="")[0]


def reply(
    topic: Topic,
    *,
    author: Person,
    body: str,
    via: str,
    markup: str = Post.Markup.MARKDOWN,
    answers: Post | None = None,
    letterhead: Letterhead | None = None,
    vouched_by: Actor | None = None,
    is_anonymous: bool = False,
    files: Sequence[KeptFile] = (),
    poll: Asked | None = None,
    once: str = "",
) -> Post:
    """Add a post to a topic. Every door comes through here. A moderator may vouch for one who may not write here.

    Said again with the same `once`, as by a double click on a form, it is the post that is there already.
    """
    head = letterhead or Letterhead(_id_of(once, author, body), files=files)
    said = _prepare(body, markup, head, topic.channel, poll) | {"is_anonymous": is_anonymous}
    try:
        with transaction.atomic():
            topic = hold(topic)
            allowed = can_reply(author, topic) or _is_vouched_for(vouched_by, topic.channel)
            require(allowed, _("You can't write in this conversation."))
            _check_pace(author, topic.channel, vouched_by)
            post = _add(topic, author=author, via=via, answers=answers, said=said)
            _forget_draft(author, f"topic-{topic.pk}", once)
    except IntegrityError:
        if (first := _said_before(once, author, topic.channel, head)) is None:
            raise
        return first
    return post


def start_topic(
    channel: Channel,
    *,
    author: Person,
    title: str,
    body: str,
    via: str,
    markup: str = Post.Markup.MARKDOWN,
    letterhead: Letterhead | None = None,
    vouched_by: Actor | None = None,
    is_anonymous: bool = False,
    files: Sequence[KeptFile] = (),
    poll: Asked | None = None,
    once: str = "",
) -> Topic:
    """Start a conversation with its first post. A moderator may vouch for one who may not write here."""
    head = letterhead or Letterhead(_id_of(once, author, body), files=files)
    said = _prepare(body, markup, head, channel, poll) | {"is_anonymous": is_anonymous}
    try:
        with transaction.atomic():
            channel = Channel.objects.select_related("group").get(pk=channel.pk)
            allowed = can_start(author, channel) or _is_vouched_for(vouched_by, channel)
            require(allowed, _("You can't start conversations in this group."))
            _check_pace(author, channel, vouched_by)
            topic = Topic.objects.create(channel=channel, title=clean_title(title))
            _add(topic, author=author, via=via, answers=None, said=said)
            _forget_draft(author, f"new-{channel.group.slug}", once)
    except IntegrityError:
        if (first := _said_before(once, author, channel, head)) is None:
            raise
        return first.topic
    return topic


def clean_title(title: str) -> str:
    """Return a title of one line that says something."""
    return one_line(title)[:LONGEST_TITLE] or str(_("(no subject)"))


def _is_vouched_for(voucher: Actor | None, channel: Channel) -> bool:
    return voucher is not None and not channel.group.closed_at and can_moderate(voucher, channel.group)


def _check_pace(author: Person, channel: Channel, voucher: Actor | None) -> None:
    if not _is_vouched_for(voucher, channel):
        check_pace(author, channel.group)


def _id_of(once: str, author: Person, body: str) -> str:
    """The same words sent twice from one form have the same id, which a channel takes only once."""
    if not once:
        return new_message_id(settings.HOST)
    seed = hashlib.sha256(f"{author.pk}\n{once}\n{body}".encode()).hexdigest()
    return f"<{seed[:32]}@{settings.HOST}>"


def _said_before(once: str, author: Person, channel: Channel, head: Letterhead) -> Post | None:
    """Return the post that was made of this form already, if that is why its id was taken."""
    if not once:
        return None
    posts = Post.objects.filter(channel=channel, author=author, message_id=head.message_id)
    return posts.select_related("topic__channel__group").first()


def _forget_draft(author: Person, key: str, once: str) -> None:
    """What was sent from a form is no draft any more."""
    if once and _DRAFT.rows(author.handle, key):
        Draft.objects.filter(person=author, key=key).delete()


def _prepare(body: str, markup: str, head: Letterhead, channel: Channel, poll: Asked | None) -> dict[str, Any]:
    """Render before the transaction. What a post is made of that needs no lock."""
    poll = checked_poll(poll, channel.group) if poll else None
    body = clean_body(body, may_be_empty=bool(head.files or poll))
    html, version = head.rendered or rendering.render(body, markup, head.files)
    html, named = named_in(html, channel)
    words = {"body": body, "markup": markup, "html": html, "html_version": version}
    return words | {"head": head, "named": named, "poll": poll}


def clean_body(body: str, *, may_be_empty: bool = False) -> str:
    """Return a text that says something and is not too long."""
    body = body.replace("\x00", "").strip("\r\n")
    if not body.strip() and not may_be_empty:
        raise Refused(_("There is nothing in it yet. Write something first."))
    if len(body) > LONGEST_BODY:
        raise Refused(_("This is too long: %(most)s characters are the most a post can have.") % {"most": LONGEST_BODY})
    return body


def _add(topic: Topic, *, author: Person, via: str, answers: Post | None, said: dict[str, Any]) -> Post:
    if said["is_anonymous"] and not topic.channel.allows_anonymous:
        raise Refused(_("In this channel people speak with their names."))
    head, named, poll = said.pop("head"), said.pop("named"), said.pop("poll")
    at = now()
    place = _badge(topic, author, head, is_anonymous=said["is_anonymous"])
    post = _POSTS.create(
        topic=topic,
        channel_id=topic.channel_id,
        author=author,
        via=via,
        answers=answers,
        title=clean_title(head.title or topic.title),
        message_id=head.message_id,
        references=" ".join(head.references),
        said_at=min(head.said_at, at) if head.said_at else None,
        posted_at=at,
        side=place.side,
        organization_name=place.organization_name,
        **said,
    )
    attach(post, head.files)
    adopt(post)
    if poll:
        add_poll(post, poll)
    if named:
        Mention.objects.bulk_create([Mention(post=post, person=one) for one in named])
    claim(topic, head.message_id)
    if head.references:
        remember(topic, head.references)
    _GOES_ON.run(topic.pk, at, via)
    note_author_read(post)
    search.index([(post.pk, topic.channel_id, post.title, post.body)])
    record("post.added", post, by=author, via=via)
    return post


def _badge(topic: Topic, author: Person, head: Letterhead, *, is_anonymous: bool) -> Standpoint:
    """How the author stands to the group's companies now, which stays with the post; nothing where that could lie."""
    if is_anonymous or not head.is_proven:
        return Standpoint()
    return standpoint_of_speaker(author, topic.channel.group)


def attach(post: Post, files: Sequence[KeptFile]) -> None:
    """Note the files of a post; they lie on the disk already."""
    for kept in files:
        how = {"is_inline": kept.is_inline, "content_id": kept.content_id}
        Attachment.objects.get_or_create(post=post, file=stored(kept), name=kept.name, defaults=how)


def claim(topic: Topic, message_id: str) -> None:
    """Note that this Message-ID is the topic's, whoever named it before it was there."""
    _CLAIMS.create(channel_id=topic.channel_id, message_id=message_id, topic=topic)


def remember(topic: Topic, message_ids: Sequence[str]) -> None:
    """Note that these Message-IDs belong to the topic, unless they belong to another."""
    rows = [Reference(channel_id=topic.channel_id, message_id=one, topic=topic) for one in dict.fromkeys(message_ids)]
    Reference.objects.bulk_create(rows, ignore_conflicts=True)
