from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.conversations.models import Post, Topic
from folkmoot.conversations.rules import can_bring_archive
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record


def date_back(topic: Topic, *, times: Sequence[datetime], by: Actor, via: str) -> None:
    """Say when a conversation that was brought here whole took place: one time for each of its posts, oldest first."""
    with transaction.atomic():
        topic = (
            Topic.objects.select_for_update(no_key=True, of=("self",)).select_related("channel__group").get(pk=topic.pk)
        )
        require(can_bring_archive(by, topic.channel.group), _("You can't bring an archive into this group."))
        posts = list(topic.posts.order_by("pk"))
        _check(posts, times)
        for post, at in zip(posts, times, strict=True):
            post.posted_at, post.version = at, F("version") + 1
        Post.objects.bulk_update(posts, ["posted_at", "version"])
        Topic.objects.filter(pk=topic.pk).update(started_at=times[0], last_post_at=times[-1])
        record("topic.dated", topic, by=by, via=via)


def _check(posts: Sequence[Post], times: Sequence[datetime]) -> None:
    """Only back, and in order: nobody can say what has not been said yet."""
    in_order = list(times) == sorted(times)
    if (
        len(posts) != len(times)
        or not in_order
        or any(at > post.posted_at for post, at in zip(posts, times, strict=False))
    ):
        raise Refused(_("Each post has one time, in their order and in the past."))
