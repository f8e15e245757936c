"""How posts come from one topic to another: their mail threads, their answer, and what people have with the topic."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from folkmoot.conversations.models import (
    Channel,
    Draft,
    Happening,
    OldTopic,
    Post,
    ReadMark,
    Reference,
    ScheduledPost,
    Subscription,
    Topic,
)
from folkmoot.conversations.operations.holding import AT_ONCE, cut_loose, look_anew
from folkmoot.kit.errors import Refused
from folkmoot.kit.parts import in_parts


def refuse_doubles(posts: QuerySet[Post], channel: Channel) -> None:
    """A letter that was sent to two lists is a post in each of them; it can't be two posts in one."""
    arriving = posts.exclude(channel=channel).values("message_id")
    if Post.objects.filter(channel=channel, message_id__in=arriving).exists():
        raise Refused(_("A letter of this conversation is in that channel already, so the two can't stand together."))


def adopt(topic: Topic) -> None:
    """Make all ids of a topic known in the channel that it is in now; those of its posts are its own there."""
    named = set(
        Reference.objects.filter(topic=topic).exclude(channel=topic.channel).values_list("message_id", flat=True)
    )
    own = named & set(topic.posts.values_list("message_id", flat=True))
    _add(topic, own, update_conflicts=True, unique_fields=["channel", "message_id"], update_fields=["topic"])
    _add(topic, named - own, ignore_conflicts=True)


def _add(topic: Topic, names: Iterable[str], **how: object) -> None:
    rows = [Reference(channel_id=topic.channel_id, message_id=one, topic=topic) for one in sorted(names)]
    Reference.objects.bulk_create(rows, batch_size=AT_ONCE, **how)  # type: ignore[arg-type]  # the two ways to meet a conflict


def move_references(topic: Topic, into: Topic) -> None:
    """Let the ids of posts that went lead to where they went, and those that only they have named."""
    gone, staying = into.posts.all(), topic.posts.all()
    theirs, kept = _ids(gone), _ids(staying)
    only_theirs = sorted(theirs["own"] | (theirs["named"] - kept["own"] - kept["named"]))
    for some in in_parts(only_theirs, AT_ONCE):
        Reference.objects.filter(topic=topic, message_id__in=some).update(topic=into)


def _ids(posts: QuerySet[Post]) -> dict[str, set[str]]:
    rows = list(posts.values_list("message_id", "references"))
    return {"own": {one for one, _ in rows}, "named": {name for _, names in rows for name in names.split()}}


def absorb(topic: Topic, into: Topic) -> None:
    """Give all else that hangs on a topic to the one that it becomes part of."""
    for rows in (Reference.objects, OldTopic.objects, ScheduledPost.objects, Happening.objects):
        rows.filter(topic=topic).update(topic=into)
    OldTopic.objects.create(number=topic.pk, topic=into)
    ScheduledPost.objects.filter(topic=into).update(channel=into.channel)
    following = Subscription.objects.filter(topic=into).values("person")
    Subscription.objects.filter(topic=topic).exclude(person__in=following).update(topic=into)
    writing = Draft.objects.filter(key=f"topic-{into.pk}").values("person")
    Draft.objects.filter(key=f"topic-{topic.pk}").exclude(person__in=writing).update(key=f"topic-{into.pk}")


def join_marks(topic: Topic, into: Topic) -> None:
    """Let everybody go on where they were, before the posts come together. A mark in only one of the two stays."""
    mine = {mark.person_id: mark for mark in ReadMark.objects.filter(topic=into)}
    times = [one.posts.in_order().values_list("posted_at", flat=True) for one in (topic, into)]
    for mark in topic.read_marks.filter(person__in=ReadMark.objects.filter(topic=into).values("person")):
        kept = mine[mark.person_id]
        ReadMark.objects.filter(pk=kept.pk).update(
            read_to=_read_to([mark, kept], times),
            seen_at=max(mark.seen_at, kept.seen_at),
            done_at=None,
            later_at=kept.later_at or mark.later_at,
        )
        mark.delete()
    topic.read_marks.update(topic=into)


def _read_to(marks: Sequence[ReadMark], times: Sequence[Iterable[datetime]]) -> datetime:
    """Until the first post that they have not read in either; who has read all, has read all of both."""
    known = [max(mark.read_to, mark.done_at or mark.read_to) for mark in marks]
    new = [next((at for at in all_times if at > to), None) for to, all_times in zip(known, times, strict=True)]
    unread = [at for at in new if at]
    return min(unread) - timedelta(microseconds=1) if unread else max(known)


def copy_marks(topic: Topic, into: Topic) -> None:
    """Let what was read stay read where it goes."""
    facts = topic.read_marks.values("person_id", "read_to", "seen_at", "done_at")
    ReadMark.objects.bulk_create(
        [ReadMark(topic=into, **one) for one in facts], batch_size=AT_ONCE, ignore_conflicts=True
    )


def settle_answers(topic: Topic, other: Topic) -> None:
    """After posts went from the other topic: each keeps its answer where it has it, or gets it where it went."""
    if other.answer is None or other.answer.topic_id == other.pk:
        return
    if topic.answer_id is None:
        facts = {"answer": other.answer, "answered_at": other.answered_at, "answered_by": other.answered_by}
        Topic.objects.filter(pk=topic.pk).update(**facts)
    Topic.objects.filter(pk=other.pk).update(answer=None, answered_at=None, answered_by=None)
    look_anew([other.answer_id])


def loosen(topic: Topic) -> None:
    """Cut what ties a topic to posts elsewhere: in another group, not even whom a post answers may be known."""
    inside = topic.posts.exclude(answers=None).exclude(answers__topic=topic)
    outside = Post.objects.filter(answers__topic=topic).exclude(topic=topic)
    cut_loose([*inside.values_list("pk", flat=True), *outside.values_list("pk", flat=True)])
