"""What is written now and said later."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Channel, Post, ScheduledPost, Topic
from folkmoot.conversations.operations.holding import hold
from folkmoot.conversations.operations.posting import LONGEST_BODY, Letterhead, clean_title, reply, start_topic
from folkmoot.conversations.operations.waiting import MustWait
from folkmoot.conversations.rules import can_reply, can_start
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.msgid import new_message_id
from folkmoot.outbox.operations import record

logger = logging.getLogger(__name__)

FURTHEST = timedelta(days=366)
MOST_WAITING = 50  # of one person
KEPT_FOR = timedelta(days=30)  # what was withdrawn or has been said
AT_ONCE = 200  # said in one turn of the clock


def schedule(
    channel: Channel,
    *,
    topic: Topic | None = None,
    author: Person,
    title: str = "",
    body: str,
    due_at: datetime,
    is_anonymous: bool = False,
    via: str,
) -> ScheduledPost:
    """Keep what is to be said at a time to come: in a topic, or as a new one."""
    _check(body, due_at)
    with transaction.atomic():
        channel = Channel.objects.select_related("group").get(pk=channel.pk)
        topic = hold(topic) if topic else None
        allowed = can_reply(author, topic) if topic else can_start(author, channel)
        require(allowed and channel.allows_scheduled, _("You can't write here for later."))
        if is_anonymous and not channel.allows_anonymous:
            raise Refused(_("In this channel people speak with their names."))
        Person.objects.select_for_update(no_key=True).get(pk=author.pk)  # two at once must not both be the last
        if ScheduledPost.objects.filter(author=author, done_at=None).count() >= MOST_WAITING:
            raise Refused(_("%(most)s posts are the most that can wait.") % {"most": MOST_WAITING})
        kept: ScheduledPost = ScheduledPost.objects.create(
            channel=channel,
            topic=topic,
            author=author,
            title=clean_title(title) if topic is None else "",
            body=body,
            due_at=due_at,
            is_anonymous=is_anonymous,
        )
        record("post.scheduled", kept, by=author, via=via)
    return kept


def reschedule(kept: ScheduledPost, *, by: Person, title: str = "", body: str, due_at: datetime, via: str) -> None:
    """Change what is to be said, or when. One that was refused gets another try."""
    _check(body, due_at)
    with transaction.atomic():
        kept = _hold(kept, by)
        if kept.topic_id is None:
            kept.title = clean_title(title)
        kept.body, kept.due_at, kept.refusal, kept.done_at = body, due_at, "", None
        kept.save(update_fields=["title", "body", "due_at", "refusal", "done_at"])
        record("post.rescheduled", kept, by=by, via=via)


def withdraw(kept: ScheduledPost, *, by: Person, via: str) -> None:
    """Don't say it. What was written is kept for some days, so that this can be undone."""
    with transaction.atomic():
        kept = _hold(kept, by)
        ScheduledPost.objects.filter(pk=kept.pk).update(done_at=now(), refusal="")
        record("post.withdrawn", kept, by=by, via=via)


def restore(kept: ScheduledPost, *, by: Person, via: str) -> None:
    """Say it after all, when it was to be said. If that is past, it is said at once."""
    with transaction.atomic():
        kept = _hold(kept, by)
        ScheduledPost.objects.filter(pk=kept.pk).update(done_at=None)
        record("post.rescheduled", kept, by=by, via=via)


def say_now(kept: ScheduledPost, *, by: Person) -> Post:
    """Say it now. Raises Refused, and leaves it waiting, where its author may not."""
    head = letterhead(kept)
    with transaction.atomic():
        return say(_hold(kept, by), head)


def say_due() -> int:
    """Say what is due. Each is said once however many workers there are. Returns how many were dealt with."""
    due = ScheduledPost.objects.filter(done_at=None, held_at=None, due_at__lte=now()).order_by("due_at", "pk")[:AT_ONCE]
    said = 0
    for kept in due:
        try:
            said += _say_or_note(kept)
        except Exception:  # one that we stumble over is tried again; the others go on
            logger.exception("scheduled post %s could not be said", kept.pk)
    return said


def sweep_scheduled() -> int:
    """Delete what was said or withdrawn long ago. What was refused stays until its author has seen to it."""
    old = ScheduledPost.objects.filter(done_at__lt=now() - KEPT_FOR, refusal="")
    return old.delete()[0]


def _say_or_note(kept: ScheduledPost) -> bool:
    """Claim one and say it, or note in its author's language why that can't be; a kill leaves it as it was."""
    head = letterhead(kept)
    with transaction.atomic():
        rows = ScheduledPost.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        mine = rows.select_related("channel__group", "topic", "author").filter(
            pk=kept.pk, done_at=None, held_at=None, body=kept.body
        )
        claimed = mine.filter(due_at__lte=now()).first()
        if claimed is None:
            return False
        try:
            say(claimed, head)
        except MustWait:
            ScheduledPost.objects.filter(pk=kept.pk).update(held_at=now())
            record("post.held", claimed, by=claimed.author, via="web")
        except Refused as refusal:
            with override(claimed.author.language or claimed.channel.group.language):
                words = str(refusal)[:300]
            ScheduledPost.objects.filter(pk=kept.pk).update(done_at=now(), refusal=words)
    return True


def say(kept: ScheduledPost, head: Letterhead, *, vouched_by: Actor | None = None) -> Post:
    """Make what was kept a post. Inside the caller's transaction, which holds the row."""
    with transaction.atomic():
        what: dict[str, Any] = {"author": kept.author, "body": kept.body, "via": "web", "letterhead": head}
        what["vouched_by"] = vouched_by
        if kept.topic is not None:
            post = reply(kept.topic, is_anonymous=kept.is_anonymous, **what)
        else:
            topic = start_topic(kept.channel, title=kept.title, is_anonymous=kept.is_anonymous, **what)
            post = topic.posts.get()
        ScheduledPost.objects.filter(pk=kept.pk).update(done_at=now(), post=post, refusal="")
    return post


def letterhead(kept: ScheduledPost) -> Letterhead:
    """Render before the transaction."""
    rendered = rendering.render(kept.body, Post.Markup.MARKDOWN)
    return Letterhead(new_message_id(settings.HOST), rendered=rendered)


def _hold(kept: ScheduledPost, by: Person) -> ScheduledPost:
    rows = ScheduledPost.objects.select_for_update(no_key=True, of=("self",))
    mine = (
        rows.select_related("channel__group", "topic", "author")
        .filter(pk=kept.pk, author=by, post=None, held_at=None)
        .first()
    )
    if mine is None:
        raise Refused(_("This has been said already."))
    return mine


def _check(body: str, due_at: datetime) -> None:
    if not body.strip():
        raise Refused(_("There is nothing in it yet. Write something first."))
    if len(body) > LONGEST_BODY:
        raise Refused(_("This is too long: %(most)s characters are the most a post can have.") % {"most": LONGEST_BODY})
    if not now() < due_at < now() + FURTHEST:
        raise Refused(_("Please choose a time to come, within a year."))
