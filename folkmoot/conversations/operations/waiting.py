"""What a moderator looks at before it is said: posts of those who are slowed down or held, and of new members."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, Post, ScheduledPost, Topic
from folkmoot.conversations.operations.holding import hold
from folkmoot.conversations.rules import can_moderate, can_reply, can_start
from folkmoot.groups.models import Group, Sanction
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record
from folkmoot.store.prepared import Prepared

_LAID = Prepared(
    lambda person, group: Sanction.objects.filter(person=person, group__reached__below=group, lifted_at=None)
)
SLOWLY = timedelta(hours=1)
MOST_HELD = 20  # of one person in one group
LONGEST_TITLE = 200


class MustWait(Refused):
    """A moderator looks at it first. Each door keeps it in its own way, or shows the words."""


def check_pace(author: Person, group: Group) -> None:
    """Refuse what comes too soon from somebody who is slowed down, and what a moderator has to look at first."""
    kinds = {one.kind for one in _LAID.rows(author.pk, group.pk) if one.is_in_force}
    if Sanction.Kind.HOLD in kinds or _is_new(author, group):
        raise MustWait(_("A moderator looks at this before it is sent."))
    if Sanction.Kind.SLOW in kinds and (last := _last_said(author, group)) and last > now() - SLOWLY:
        minutes = int((last + SLOWLY - now()).total_seconds() // 60) + 1
        raise Refused(
            _("A moderator has asked you to slow down: one post an hour. You can write again in %(minutes)s minutes.")
            % {"minutes": minutes}
        )


def hold_post(
    channel: Channel,
    *,
    topic: Topic | None = None,
    author: Person,
    title: str = "",
    body: str,
    is_anonymous: bool = False,
    via: str,
) -> ScheduledPost:
    """Keep what was written on the web until a moderator has looked at it."""
    with transaction.atomic():
        channel = Channel.objects.select_related("group").get(pk=channel.pk)
        topic = hold(topic) if topic else None
        allowed = can_reply(author, topic) if topic else can_start(author, channel)
        require(allowed, _("You can't write here."))
        Person.objects.select_for_update(no_key=True).get(pk=author.pk)  # two at once must not both be the last
        if ScheduledPost.objects.held_in(channel.group).filter(author=author).count() >= MOST_HELD:
            raise Refused(_("Many posts of yours wait for a moderator already. Please wait until they are looked at."))
        what: dict[str, Any] = {"title": "" if topic else title[:LONGEST_TITLE], "body": body, "due_at": now()}
        kept = ScheduledPost.objects.create(
            channel=channel, topic=topic, author=author, is_anonymous=is_anonymous, held_at=now(), **what
        )
        record("post.held", kept, by=author, via=via)
    return kept


def _is_new(author: Person, group: Group) -> bool:
    """Whether somebody has said less here than new members say before they are trusted. The past counts."""
    if not group.first_posts_held or can_moderate(author, group):
        return False
    said = Post.objects.filter(author=author, channel__group=group, removed_at=None)
    return len(said.values_list("pk", flat=True)[: group.first_posts_held]) < group.first_posts_held


def _last_said(author: Person, group: Group) -> datetime | None:
    said = Post.objects.filter(author=author, channel__group=group, archive=None)
    return said.order_by("-posted_at").values_list("posted_at", flat=True).first()
