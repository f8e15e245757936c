"""How far people have read, and what they put away or keep for later.

These are notes to oneself: nobody acts on them, so they are no events. A page opened would be one each time.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post, ReadMark, Topic
from folkmoot.conversations.rules import can_read
from folkmoot.groups.models import Membership
from folkmoot.groups.operations import was_active
from folkmoot.kit.errors import require
from folkmoot.store.prepared_writes import PreparedUpdate

_FORWARD = PreparedUpdate(
    lambda person, topic, to, at: (
        ReadMark.objects.filter(person=person, topic=topic, read_to__lt=to),
        {"read_to": to, "seen_at": at},
    ),
    int,
    int,
    datetime,
    datetime,
)


def mark_read(topic: Topic, *, person: Person, to: datetime) -> None:
    """Note that somebody has read a topic up to a moment. A mark never goes back."""
    with transaction.atomic():
        require(can_read(person, topic), _("You can't read this conversation."))
        _forward(topic, person, to)
        was_active(person.pk, topic.channel.group_id, how=Membership.Activity.READ, at=now())


def note_author_read(post: Post) -> None:
    """An answer shows that its author has read what it answers; one to nothing in particular, all that was there."""
    answered = post.answers.posted_at if post.answers else None
    _forward(post.topic, post.author, answered or post.posted_at)


def put_away(topic: Topic, *, person: Person, to: datetime) -> None:
    """Be done with what was said up to a moment; what is said later brings the topic back."""
    _note(topic, person, done_at=min(to, now()), later_at=None)


def bring_back(topic: Topic, *, person: Person) -> None:
    """Take back that one is done: read and unread are as they were."""
    _note(topic, person, done_at=None)


def keep_for_later(topic: Topic, *, person: Person) -> None:
    _note(topic, person, later_at=now(), done_at=None)


def keep_no_longer(topic: Topic, *, person: Person) -> None:
    _note(topic, person, later_at=None)


def _note(topic: Topic, person: Person, **changes: Any) -> None:
    """Change what somebody wants with a topic. Where they had no mark, they have read none of what they could."""
    with transaction.atomic():
        require(can_read(person, topic), _("You can't read this conversation."))
        _change(topic, person, changes)


def _change(topic: Topic, person: Person, changes: Mapping[str, Any]) -> None:
    mark = ReadMark(person=person, topic=topic, read_to=_joined(topic, person), **changes)
    unique = ["person", "topic"]
    ReadMark.objects.bulk_create([mark], update_conflicts=True, unique_fields=unique, update_fields=list(changes))


def _joined(topic: Topic, person: Person) -> datetime:
    here = person.memberships.filter(group=topic.channel.group_id).values_list("joined_at", flat=True)
    return next(iter(here), topic.started_at)


def _forward(topic: Topic, person: Person, to: datetime) -> None:
    if not _FORWARD.run(person.pk, topic.pk, to, now()):
        # There is none yet, or one that is further already and stays.
        ReadMark.objects.bulk_create([ReadMark(person=person, topic=topic, read_to=to)], ignore_conflicts=True)
