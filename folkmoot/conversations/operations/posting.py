from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Attachment, Channel, Post, Reference, StoredFile, Topic
from folkmoot.conversations.operations.holding import hold
from folkmoot.conversations.operations.reading import note_author_read
from folkmoot.conversations.rendering import KeptFile
from folkmoot.conversations.rules import can_moderate, can_reply, can_start
from folkmoot.groups.models import Group
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.msgid import new_message_id
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record
from folkmoot.store import search

LONGEST_TITLE = 200
LONGEST_BODY = 200_000


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What a post that came as a letter brings along."""

    message_id: str
    references: tuple[str, ...] = ()  # oldest first
    said_at: datetime | None = None
    title: str = ""
    files: Sequence[KeptFile] = field(default=())
    rendered: tuple[str, int] | None = None  # the body as HTML, by a door that had time before its transaction


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
) -> Post:
    """Add a post to a topic. Every door comes through here. A moderator may vouch for one who may not write here."""
    said = _prepare(body, markup, letterhead) | {"is_anonymous": is_anonymous}
    with transaction.atomic():
        topic = hold(topic)
        allowed = can_reply(author, topic) or _is_vouched_for(vouched_by, topic.channel)
        require(allowed, _("You can't write in this conversation."))
        return _add(topic, author=author, via=via, answers=answers, said=said)


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
) -> Topic:
    """Start a conversation with its first post. A moderator may vouch for one who may not write here."""
    said = _prepare(body, markup, letterhead) | {"is_anonymous": is_anonymous}
    with transaction.atomic():
        allowed = can_start(author, channel) or _is_vouched_for(vouched_by, channel)
        require(allowed, _("You can't start conversations in this group."))
        topic = Topic.objects.create(channel=channel, title=clean_title(title))
        _add(topic, author=author, via=via, answers=None, said=said)
    return topic


def clean_title(title: str) -> str:
    """Return a title of one line that says something."""
    return one_line(title)[:LONGEST_TITLE] or str(_("(no subject)"))


def _is_vouched_for(voucher: Actor | None, channel: Channel) -> bool:
    return voucher is not None and can_moderate(voucher, channel.group)


def _prepare(body: str, markup: str, letterhead: Letterhead | None) -> dict[str, Any]:
    """Render before the transaction. The fields of a post that need no database."""
    body = body.replace("\x00", "").strip("\r\n")
    if not body.strip() and not (letterhead and letterhead.files):
        raise Refused(_("There is nothing in it yet. Write something first."))
    if len(body) > LONGEST_BODY:
        raise Refused(_("This is too long: %(most)s characters are the most a post can have.") % {"most": LONGEST_BODY})
    head = letterhead or Letterhead(new_message_id(settings.HOST))
    html, version = head.rendered or rendering.render(body, markup, head.files)
    return {"body": body, "markup": markup, "html": html, "html_version": version, "head": head}


def _add(topic: Topic, *, author: Person, via: str, answers: Post | None, said: dict[str, Any]) -> Post:
    if said["is_anonymous"] and not topic.channel.allows_anonymous:
        raise Refused(_("In this channel people speak with their names."))
    head: Letterhead = said.pop("head")
    at = now()
    post = Post.objects.create(
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
        **said,
    )
    attach(post, head.files)
    claim(topic, head.message_id)
    if head.references:
        remember(topic, head.references)
    Topic.objects.filter(pk=topic.pk).update(
        last_post_at=Greatest("last_post_at", at), last_via=via, post_count=F("post_count") + 1
    )
    note_author_read(post)
    search.index([(post.pk, topic.channel_id, post.title, post.body)])
    record("post.added", post, by=author, via=via)
    return post


def attach(post: Post, files: Sequence[KeptFile]) -> None:
    """Note the files of a post; they lie on the disk already."""
    for kept in files:
        facts = {"size": kept.size, "kind": kept.kind}
        stored, _made = StoredFile.objects.get_or_create(sha256=kept.sha256, defaults=facts)
        how = {"is_inline": kept.is_inline, "content_id": kept.content_id}
        Attachment.objects.get_or_create(post=post, file=stored, name=kept.name, defaults=how)


def claim(topic: Topic, message_id: str) -> None:
    """Note that this Message-ID is the topic's, whoever named it before it was there."""
    row = Reference(channel_id=topic.channel_id, message_id=message_id, topic=topic)
    unique = ["channel", "message_id"]
    Reference.objects.bulk_create([row], update_conflicts=True, unique_fields=unique, update_fields=["topic"])


def remember(topic: Topic, message_ids: Sequence[str]) -> None:
    """Note that these Message-IDs belong to the topic, unless they belong to another."""
    rows = [Reference(channel_id=topic.channel_id, message_id=one, topic=topic) for one in dict.fromkeys(message_ids)]
    Reference.objects.bulk_create(rows, ignore_conflicts=True)
