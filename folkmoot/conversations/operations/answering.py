"""Say which post answers a topic's question."""

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.conversations.models import Post, Topic
from folkmoot.conversations.operations.holding import hold, look_anew, shown
from folkmoot.conversations.rules import can_tend
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

NOT_YOURS = _("Whoever began this conversation, or a moderator, says what answers it.")


def accept_answer(post: Post, *, by: Actor, via: str) -> None:
    """Choose the post that answers its topic's question, instead of any that did before."""
    with transaction.atomic():
        topic = hold(post.topic)
        require(can_tend(by, topic), NOT_YOURS)
        chosen = topic.posts.filter(pk=post.pk, removed_at=None).first()
        if chosen is None:
            raise Refused(_("This post is not in the conversation any more."))
        if topic.answer_id != chosen.pk:
            _set_answer(topic, chosen, by=by)
            record("answer.accepted", chosen, by=by, via=via)


def withdraw_answer(topic: Topic, *, by: Actor, via: str) -> None:
    """Say that no post answers the topic's question yet."""
    with transaction.atomic():
        topic = hold(topic)
        require(can_tend(by, topic), NOT_YOURS)
        if topic.answer is not None:
            record("answer.withdrawn", topic.answer, by=by, via=via)
            _set_answer(topic, None, by=by)


def _set_answer(topic: Topic, post: Post | None, *, by: Actor) -> None:
    Topic.objects.filter(pk=topic.pk).update(
        answer=post,
        answered_at=now() if post else None,
        answered_by=shown(by, topic) if post else None,
    )
    look_anew([topic.answer_id, post.pk if post else None])
