"""Move a conversation, make two one, make one two; and undo it. Addresses and mail threads follow the posts.

A Message-ID stays known in each channel that its post was ever in, and leads to the topic that the post is in now:
so a letter that answers it, sent to wherever its writer knew it, lands in the right place.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.conversations.models import Channel, Happening, OldTopic, Post, Topic
from folkmoot.conversations.operations.holding import AT_ONCE, hold, hold_all, note, recount, unnote
from folkmoot.conversations.operations.moderating import NOT_YOURS
from folkmoot.conversations.operations.posting import clean_title
from folkmoot.conversations.operations.transplanting import (
    absorb,
    adopt,
    copy_marks,
    join_marks,
    loosen,
    move_references,
    refuse_doubles,
    settle_answers,
)
from folkmoot.conversations.rules import can_arrange
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.parts import in_parts
from folkmoot.outbox.operations import record
from folkmoot.store import search

Kind = Happening.Kind


def move(topic: Topic, *, to: Channel, by: Actor, via: str) -> None:
    """Move a topic to another channel, of its group or of another."""
    with transaction.atomic():
        topic = hold(topic)
        came_from = topic.channel
        _move(topic, to, by=by)
        if came_from.pk != to.pk:
            note(topic, Kind.MOVED, by=by, channel=came_from)
            record("topic.moved", topic, by=by, via=via, from_id=came_from.pk)


def move_back(topic: Topic, *, by: Actor, via: str) -> None:
    """Move a topic back to the channel that it was last moved from."""
    with transaction.atomic():
        topic = hold(topic)
        came_from = topic.channel_id
        last = _last(topic, Kind.MOVED)
        if last.channel is None:
            raise Refused(_("Where this conversation came from is no more."))
        _move(topic, last.channel, by=by)
        unnote([last])
        record("topic.moved", topic, by=by, via=via, from_id=came_from)


def merge(topic: Topic, *, into: Topic, by: Actor, via: str) -> Topic:
    """Make a topic part of another: its posts stand there in order of time, and its address leads there."""
    with transaction.atomic():
        topic, into = hold_all([topic, into])
        _require_both(by, topic.channel, into.channel)
        if topic.pk == into.pk:
            raise Refused(_("A conversation can't become part of itself."))
        number, ids = topic.pk, _merge(topic, into)
        note(into, Kind.MERGED, by=by, words=topic.title, number=number, posts=ids)
        record("topic.merged", into, by=by, via=via, number=number)
    return into


def unmerge(topic: Topic, *, by: Actor, via: str) -> Topic:
    """Make what last became part of a topic a topic of its own again, under its old number."""
    with transaction.atomic():
        topic = hold(topic)
        require(can_arrange(by, topic.channel.group), NOT_YOURS)
        last = _last(topic, Kind.MERGED)
        OldTopic.objects.filter(topic=topic, number__in=[last.number]).delete()
        again = Topic.objects.create(pk=last.number, channel=topic.channel, title=last.words)
        _split(topic, last.posts, into=again)
        unnote([last])
        record("topic.split", again, by=by, via=via, from_id=topic.pk)
    return again


def split(topic: Topic, *, posts: Sequence[int], title: str, by: Actor, via: str) -> Topic:
    """Make some posts of a topic a topic of their own."""
    title = clean_title(title)
    with transaction.atomic():
        topic = hold(topic)
        require(can_arrange(by, topic.channel.group), NOT_YOURS)
        new = Topic.objects.create(channel=topic.channel, title=title)
        _split(topic, posts, into=new)
        note(topic, Kind.SPLIT_OFF, by=by, other=new)
        note(new, Kind.SPLIT_FROM, by=by, other=topic)
        record("topic.split", new, by=by, via=via, from_id=topic.pk)
    return new


def unsplit(topic: Topic, *, by: Actor, via: str) -> Topic:
    """Put what was split off back to where it was."""
    with transaction.atomic():
        origin = _last(topic, Kind.SPLIT_FROM).other
        if origin is None:
            raise Refused(_("Where this conversation came from is no more."))
        topic, origin = hold_all([topic, origin])
        _require_both(by, topic.channel, origin.channel)
        unnote([*topic.happenings.filter(kind=Kind.SPLIT_FROM), *origin.happenings.filter(other=topic)])
        number = topic.pk
        _merge(topic, origin)
        record("topic.merged", origin, by=by, via=via, number=number)
    return origin


def _last(topic: Topic, kind: Happening.Kind) -> Happening:
    last = topic.happenings.filter(kind=kind).select_related("channel__group", "other").order_by("-at", "-pk").first()
    if last is None:
        raise Refused(_("There is nothing to undo any more."))
    return last


def _require_both(by: Actor, *channels: Channel) -> None:
    if any(channel.group.closed_at for channel in channels):
        raise Refused(_("This group is closed."))
    allowed = all(can_arrange(by, channel.group) for channel in channels)
    require(allowed, _("Only who looks after both groups can do that."))


def _move(topic: Topic, to: Channel, *, by: Actor) -> None:
    to = Channel.objects.select_related("group").get(pk=to.pk)
    _require_both(by, topic.channel, to)
    if to.closed_at:
        raise Refused(_("This channel is closed. Nothing can be added to it."))
    if topic.channel_id == to.pk:
        return
    refuse_doubles(topic.posts.all(), to)
    if topic.channel.group_id != to.group_id:
        loosen(topic)
        Topic.objects.filter(pk=topic.pk).update(pinned_at=None)
    Topic.objects.filter(pk=topic.pk).update(channel=to)
    topic.posts.update(channel=to)
    topic.scheduled_posts.update(channel=to)
    topic.channel = to
    adopt(topic)
    search.move(topic.posts.values_list("pk", flat=True), scope=to.pk)


def _merge(topic: Topic, into: Topic) -> list[int]:
    """Returns the ids of the posts that came."""
    refuse_doubles(topic.posts.all(), into.channel)
    ids = list(topic.posts.in_order().values_list("pk", flat=True))
    join_marks(topic, into)
    topic.posts.update(topic=into, channel=into.channel)
    absorb(topic, into)
    adopt(into)
    search.move(ids, scope=into.channel_id)
    settle_answers(into, topic)
    Topic.objects.filter(pk=topic.pk).delete()
    recount(into)
    return ids


def _split(topic: Topic, posts: Sequence[int], *, into: Topic) -> None:
    ids: list[int] = []
    for some in in_parts(posts, AT_ONCE):
        ids += topic.posts.filter(pk__in=some).values_list("pk", flat=True)
    if not ids:
        raise Refused(_("Choose the posts that shall stand on their own."))
    if len(ids) == topic.posts.count():
        raise Refused(_("At least one post has to stay where it is."))
    for some in in_parts(ids, AT_ONCE):
        Post.objects.filter(pk__in=some).update(topic=into)
    copy_marks(topic, into)
    move_references(topic, into)
    settle_answers(into, topic)
    recount(topic)
    recount(into)
