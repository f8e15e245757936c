"""What a moderator decides about posts that wait for one."""

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations.models import Post, ScheduledPost
from folkmoot.conversations.operations.scheduling import letterhead, say
from folkmoot.conversations.rules import can_moderate
from folkmoot.groups.operations.history import note
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

LONGEST_REASON = 300
NOT_YOURS = _("You can't decide about posts in this group.")


def release(kept: ScheduledPost, *, by: Actor, via: str) -> Post:
    """Let a held post be said as its author's."""
    head = letterhead(kept)
    with transaction.atomic():
        kept = _waiting(kept, by)
        post = say(kept, head, vouched_by=by)
        note(kept.channel.group, "post.released", by=by, via=via, about=_named(kept), post=post.pk)
        record("post.released", kept, by=by, via=via)
    return post


def turn_down(kept: ScheduledPost, *, reason: str, by: Actor, via: str) -> None:
    """Don't let a held post be said; its author reads why where their posts wait."""
    reason = one_line(reason)[:LONGEST_REASON]
    if not reason:
        raise Refused(_("Say why. The person reads it."))
    with transaction.atomic():
        kept = _waiting(kept, by)
        ScheduledPost.objects.filter(pk=kept.pk).update(done_at=now(), refusal=reason)
        note(kept.channel.group, "post.turned_down", by=by, via=via, about=_named(kept), held=kept.pk)
        record("post.turned_down", kept, by=by, via=via)


def _named(kept: ScheduledPost) -> Person | None:
    """Whose it was, as far as the history may know."""
    return None if kept.is_anonymous else kept.author


def _waiting(kept: ScheduledPost, by: Actor) -> ScheduledPost:
    rows = ScheduledPost.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("channel__group", "topic", "author").get(pk=kept.pk)
    require(can_moderate(by, found.channel.group) and found.author != by, NOT_YOURS)
    if found.held_at is None or found.done_at is not None:
        raise Refused(_("Somebody has decided about this already."))
    return found
