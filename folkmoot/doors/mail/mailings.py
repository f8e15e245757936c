"""Send each post to everybody who wants it by mail: in batches, each asked for anew and noted when it went out."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from folkmoot.conversations.models import Post
from folkmoot.doors.mail import compose, transport
from folkmoot.doors.mail.models import DeferredCopy, Mailing
from folkmoot.doors.mail.transport import Answer, Transport
from folkmoot.groups.models import Membership
from folkmoot.groups.queries import members_holding
from folkmoot.outbox.models import Event
from folkmoot.store import wake
from folkmoot.store.lanes import lane

logger = logging.getLogger(__name__)

BATCH = 100  # copies between two notes of how far we are: as many may go out twice if we are killed
LANES = 64  # mailings that can be worked off at once, by as many workers
PATIENCE = timedelta(days=4)  # how long a copy is tried (RFC 5321, 4.5.4.1)
READING = "topics.read"


def post_added(event: Event) -> None:
    """Note that a post is to be mailed. Sending is not done here: it takes as long as it takes."""
    with transaction.atomic():
        Mailing.objects.bulk_create([Mailing(post_id=event.subject_id)], ignore_conflicts=True)
        wake.announce()


def work_off(way_out: Transport) -> bool:
    """Send one mailing to its end, one that no other worker is at. False when there is none to do."""
    due = Mailing.objects.filter(done_at=None, due_at__lte=now())
    for key in due.order_by("pk").values_list("pk", flat=True)[:LANES]:
        with lane(f"mailing-{key % LANES}") as is_ours:
            mailing = _with_post(due).filter(pk=key).first() if is_ours else None
            if mailing is not None:
                _send_or_postpone(mailing, way_out)
                return True
    return False


def _with_post(mailings: QuerySet[Mailing]) -> QuerySet[Mailing]:
    return mailings.select_related("post__topic", "post__channel__group", "post__author", "post__answers")


def _send_or_postpone(mailing: Mailing, way_out: Transport) -> None:
    """One post that we stumble over must not keep the others waiting."""
    try:
        _send(mailing, way_out)
    except (OperationalError, InterfaceError):
        raise  # the database is away: that is nothing about this post
    except Exception:
        logger.exception("mailing of post %s failed", mailing.post_id)
        row = Mailing.objects.filter(pk=mailing.pk)
        row.update(attempts=mailing.attempts + 1, due_at=now() + _pause(mailing.attempts + 1))


def _send(mailing: Mailing, way_out: Transport) -> None:
    post = mailing.post
    sheet = compose.sheet(post)
    is_done = False
    while not is_done:
        batch = _next_batch(post, after=mailing.after)
        answers = way_out.send(compose.copies(sheet, post, batch)) if batch else []
        is_done = len(batch) < BATCH
        _note(mailing, batch, answers, is_done=is_done)


def try_deferred(way_out: Transport) -> bool:
    """Try one batch of copies again that the mail server did not take. False when none is due."""
    due = DeferredCopy.objects.filter(sent_at=None, given_up_at=None, due_at__lte=now())
    if not due.exists():
        return False
    with lane("deferred") as is_ours:
        with_all = due.select_related("mailing__post", "membership__address").order_by("due_at")
        waiting = list(with_all[:BATCH]) if is_ours else []
        for one in waiting:
            _try_again_or_give_up(one, way_out)
    return bool(waiting)


def _next_batch(post: Post, *, after: int) -> list[Membership]:
    """The next members who want this post by mail and may read it now; never its author, unless asked."""
    members = members_holding(READING, post.channel.group).filter(mail=Membership.Mail.EACH, pk__gt=after)
    others = members.exclude(person=post.author, own_posts=False).exclude(address=None)
    return list(others.select_related("address").order_by("pk")[:BATCH])


def _note(mailing: Mailing, batch: Sequence[Membership], answers: Sequence[Answer], *, is_done: bool) -> None:
    """Write down how far we are, and what the server did not take."""
    mailing.after = batch[-1].pk if batch else mailing.after
    mailing.done_at = now() if is_done else None
    with transaction.atomic():
        for member, answer in zip(batch, answers, strict=True):
            if answer.status != transport.SENT:
                _defer(mailing, member, answer)
        Mailing.objects.filter(pk=mailing.pk).update(after=mailing.after, done_at=mailing.done_at)


def _defer(mailing: Mailing, member: Membership, answer: Answer) -> None:
    given_up = now() if answer.status == transport.REFUSED else None
    DeferredCopy.objects.update_or_create(
        mailing=mailing,
        membership=member,
        defaults={"due_at": now() + _pause(1), "error": answer.words, "given_up_at": given_up},
    )


def _try_again_or_give_up(one: DeferredCopy, way_out: Transport) -> None:
    try:
        _try_again(one, way_out)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("copy %s failed", one.pk)
        DeferredCopy.objects.filter(pk=one.pk).update(given_up_at=now(), error=repr(error)[:500])


def _try_again(one: DeferredCopy, way_out: Transport) -> None:
    post = Post.objects.select_related("topic", "channel__group", "author", "answers").get(pk=one.mailing.post_id)
    readers = members_holding(READING, post.channel.group)
    wants = readers.filter(pk=one.membership_id, mail=Membership.Mail.EACH)
    if not wants.exists() or one.membership.address is None:
        DeferredCopy.objects.filter(pk=one.pk).update(given_up_at=now(), error="no longer wanted")
        return
    answer = way_out.send(compose.copies(compose.sheet(post), post, [one.membership]))[0]
    if answer.status == transport.SENT:
        DeferredCopy.objects.filter(pk=one.pk).update(sent_at=now())
        return
    is_over = answer.status == transport.REFUSED or post.posted_at < now() - PATIENCE
    DeferredCopy.objects.filter(pk=one.pk).update(
        attempts=one.attempts + 1,
        due_at=now() + _pause(one.attempts + 1),
        error=answer.words,
        given_up_at=now() if is_over else None,
    )


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=min(60 * 2**attempts, 4 * 60 * 60))
