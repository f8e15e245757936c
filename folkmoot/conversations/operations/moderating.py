"""Pin, close and rename a conversation, and undo it."""

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.conversations.models import Happening, Topic
from folkmoot.conversations.operations.holding import hold, note, unnote
from folkmoot.conversations.operations.posting import clean_title
from folkmoot.conversations.rules import can_arrange, can_tend
from folkmoot.groups.operations import history
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

LONGEST_REASON = 200
NOT_YOURS = _("You can't do that with this conversation.")


def pin(topic: Topic, *, by: Actor, via: str) -> None:
    """Let a topic stand at the head of the board."""
    _set_pinned(topic, True, by=by, via=via)


def unpin(topic: Topic, *, by: Actor, via: str) -> None:
    """Let a topic stand where its last post puts it."""
    _set_pinned(topic, False, by=by, via=via)


def _set_pinned(topic: Topic, is_pinned: bool, *, by: Actor, via: str) -> None:
    with transaction.atomic():
        topic = hold(topic)
        require(can_arrange(by, topic.channel.group), NOT_YOURS)
        if (topic.pinned_at is not None) != is_pinned:
            Topic.objects.filter(pk=topic.pk).update(pinned_at=now() if is_pinned else None)
            kind = "topic.pinned" if is_pinned else "topic.unpinned"
            record(kind, topic, by=by, via=via)
            history.note(topic.channel.group, kind, by=by, via=via, topic=topic.pk)


def lock(topic: Topic, *, by: Actor, via: str, reason: str = "") -> None:
    """Close a topic: it is read, and nothing is added any more. The reason stands below its last post."""
    with transaction.atomic():
        topic = hold(topic)
        require(can_arrange(by, topic.channel.group), NOT_YOURS)
        if topic.locked_at is None:
            Topic.objects.filter(pk=topic.pk).update(locked_at=now())
            note(topic, Happening.Kind.CLOSED, by=by, words=one_line(reason)[:LONGEST_REASON])
            record("topic.locked", topic, by=by, via=via)
            history.note(topic.channel.group, "topic.locked", by=by, via=via, topic=topic.pk)


def unlock(topic: Topic, *, by: Actor, via: str) -> None:
    """Open a closed topic again."""
    with transaction.atomic():
        topic = hold(topic)
        require(can_arrange(by, topic.channel.group), NOT_YOURS)
        if topic.locked_at is not None:
            Topic.objects.filter(pk=topic.pk).update(locked_at=None)
            note(topic, Happening.Kind.OPENED, by=by)
            record("topic.unlocked", topic, by=by, via=via)
            history.note(topic.channel.group, "topic.unlocked", by=by, via=via, topic=topic.pk)


def retitle(topic: Topic, *, title: str, by: Actor, via: str) -> None:
    """Call a topic something else. Its old address leads to the new one."""
    title = clean_title(title)
    with transaction.atomic():
        topic = hold(topic)
        require(can_tend(by, topic), NOT_YOURS)
        if topic.title != title:
            Topic.objects.filter(pk=topic.pk).update(title=title)
            note(topic, Happening.Kind.RENAMED, by=by, words=topic.title)
            record("topic.renamed", topic, by=by, via=via)


def take_title_back(topic: Topic, *, by: Actor, via: str) -> None:
    """Call a topic what it was called before."""
    with transaction.atomic():
        topic = hold(topic)
        require(can_tend(by, topic), NOT_YOURS)
        last = topic.happenings.filter(kind=Happening.Kind.RENAMED).order_by("-at", "-pk").first()
        if last is None:
            raise Refused(_("This conversation has had no other title."))
        Topic.objects.filter(pk=topic.pk).update(title=last.words)
        unnote([last])
        record("topic.renamed", topic, by=by, via=via)
