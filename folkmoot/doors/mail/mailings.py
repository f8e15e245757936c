"""Send each post to everybody who wants it by mail: in batches, each asked for anew and noted when it went out."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Prefetch, Q
from django.utils.timezone import now

from folkmoot.conversations.models import Post
from folkmoot.doors.mail import compose, transport
from folkmoot.doors.mail.models import DeferredCopy, Mailing
from folkmoot.doors.mail.transport import Answer, Copy, Sheet, Transport
from folkmoot.doors.mail.wishes import Wishes
from folkmoot.groups.models import Group, Membership, MembershipQuerySet
from folkmoot.groups.queries import members_reached
from folkmoot.outbox.models import Event
from folkmoot.store import wake
from folkmoot.store.lanes import lane

logger = logging.getLogger(__name__)

BATCH = 100  # copies between two notes of how far we are: as many may go out twice if we are killed
AT_ONCE = 50  # mailings that are begun before those that came since are looked for
PATIENCE = timedelta(days=4)  # how long a copy is tried (RFC 5321, 4.5.4.1)
READING = "topics.read"
Key = tuple[int, int, frozenset[int]]  # of members at hand: group, after which one, who besides those of each post


def post_added(event: Event) -> None:
    """Note that a post is to be mailed. Sending is not done here: it takes as long as it takes."""
    with transaction.atomic():
        Mailing.objects.bulk_create([Mailing(post_id=event.subject_id)], ignore_conflicts=True)
        wake.announce()


def work_off(way_out: Transport) -> bool:
    """Send the mailings that are due, oldest first. False when there is none to do, or another worker is at it."""
    due = Mailing.objects.filter(done_at=None, due_at__lte=now())
    if not due.exists():
        return False
    with lane("mailings") as is_ours:
        with_posts = due.prefetch_related(Prefetch("post", compose.with_all(Post.objects.all())))
        waiting = [_Sending(one) for one in with_posts.order_by("pk")[:AT_ONCE]] if is_ours else []
        while waiting:
            _send_batch(waiting, way_out)
            waiting = [one for one in waiting if not one.is_over]
    return is_ours


class _Sending:
    """A mailing on its way: its letter, made once, and the members who get the next copies."""

    def __init__(self, mailing: Mailing) -> None:
        self.mailing, self.post = mailing, mailing.post
        self.members: list[Membership] = []
        self.copies: list[Copy] = []
        self.is_over = False

    def take(self, room: int, reading: dict[Key, list[Membership]]) -> int:
        """Make copies for the next members, so many at most. Returns how many; a post we stumble over waits."""
        try:
            self._take(room, reading)
        except (OperationalError, InterfaceError):
            raise  # the database is away: that is nothing about this post
        except Exception:
            logger.exception("mailing of post %s failed", self.post.pk)
            self.members, self.copies, self.is_over = [], [], True
            attempts = self.mailing.attempts + 1
            row = Mailing.objects.filter(pk=self.mailing.pk)
            row.update(attempts=attempts, due_at=now() + _pause(attempts))
        return len(self.copies)

    def _take(self, room: int, reading: dict[Key, list[Membership]]) -> None:
        if self.post.removed_at:  # taken back before it went out
            self.mailing.done_at, self.is_over = now(), True
            return
        key = (self.post.channel.group_id, self.mailing.after, self._wishes.followers)
        if key not in reading:
            reading[key] = _readers(self.post.channel.group, self._wishes, after=self.mailing.after)
        passed = reading[key][:room]
        self.members = [one for one in passed if self._wishes.let_pass(one)]
        self.copies = compose.copies(self._sheet, self.post, self.members) if self.members else []
        self.mailing.after = passed[-1].pk if passed else self.mailing.after
        if len(passed) == len(reading[key]) < BATCH:
            self.mailing.done_at, self.is_over = now(), True

    @cached_property
    def _sheet(self) -> Sheet:
        return compose.sheet(self.post)

    @cached_property
    def _wishes(self) -> Wishes:
        return Wishes(self.post)


def _send_batch(waiting: Sequence[_Sending], way_out: Transport) -> None:
    """Send one batch of copies, of as many mailings as it takes, and note together what went out."""
    reading: dict[Key, list[Membership]] = {}
    room, batch = BATCH, []
    for one in waiting:
        if room > 0:
            room -= one.take(room, reading)
            batch.append(one)
    answers = iter(way_out.send([copy for one in batch for copy in one.copies]))
    with transaction.atomic():
        for one in batch:
            for member in one.members:
                if (answer := next(answers)).status != transport.SENT:
                    _defer(one.mailing, member, answer)
        Mailing.objects.bulk_update([one.mailing for one in batch if one.members or one.is_over], ["after", "done_at"])


def _readers(group: Group, wishes: Wishes, *, after: int) -> list[Membership]:
    """The next members who want posts by mail and may read them now."""
    members = _by_mail(group, wishes).filter(pk__gt=after).exclude(address=None)
    return list(members.select_related("address").order_by("pk")[:BATCH])


def _by_mail(group: Group, wishes: Wishes) -> MembershipQuerySet:
    """Those who get each post, and those who follow just this topic by mail."""
    members = members_reached(READING, group)
    if not wishes.followers:
        return members.filter(mail=Membership.Mail.EACH)
    return members.filter(Q(mail=Membership.Mail.EACH) | Q(person__in=wishes.followers, address__verified=True))


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
    post = compose.with_all(Post.objects.all()).get(pk=one.mailing.post_id)
    wishes = Wishes(post)
    wants = _by_mail(post.channel.group, wishes).filter(pk=one.membership_id)
    if post.removed_at or not wants.exists() or not wishes.let_pass(one.membership) or one.membership.address is None:
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
