"""What all that is done to whole conversations needs: hold them, note it for their readers, count them anew."""

from collections.abc import Iterable, Sequence

from django.db.models import F, Max, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations.models import Happening, OldTopic, Post, Topic
from folkmoot.conversations.rules import can_moderate_topics
from folkmoot.kit.errors import Refused
from folkmoot.kit.parts import in_parts
from folkmoot.store.prepared import Prepared

AT_ONCE = 500  # keys in one query; PostgreSQL takes 65,535, and a conversation may have more posts

_HELD = Prepared(lambda key: _to_hold().filter(pk=key))


def hold(topic: Topic) -> Topic:
    """Lock a topic and return it as it is now; the one that it has become part of, if it has meanwhile."""
    return _HELD.first(topic.pk) or hold_all([topic])[0]


def _to_hold() -> QuerySet[Topic]:
    return Topic.objects.select_for_update(no_key=True, of=("self",)).select_related("channel__group")


def hold_all(topics: Iterable[Topic]) -> list[Topic]:
    """Lock topics, always in the order of their keys, so that two who lock the same ones never wait for each other."""
    wanted = [topic.pk for topic in topics]
    became = dict(OldTopic.objects.filter(number__in=wanted).values_list("number", "topic_id"))
    keys = [became.get(one, one) for one in wanted]
    held = {topic.pk: topic for topic in _to_hold().filter(pk__in=keys).order_by("pk")}
    if not held.keys() >= set(keys):
        raise Refused(_("Somebody has just made this part of another conversation. Please look again."))
    return [held[key] for key in keys]


def note(topic: Topic, kind: Happening.Kind, *, by: Actor, **what: object) -> Happening:
    """Tell the topic's readers what was done to it."""
    at = now()
    happening: Happening = Happening.objects.create(topic=topic, kind=kind, by=shown(by, topic), at=at, **what)
    Topic.objects.filter(pk=topic.pk).update(happened_at=at)
    return happening


def unnote(happenings: Iterable[Happening]) -> None:
    """Take lines back, as what they tell of was undone."""
    for one in happenings:
        Happening.objects.filter(pk=one.pk).delete()
        last = Happening.objects.filter(topic=one.topic_id).aggregate(at=Max("at"))["at"]
        Topic.objects.filter(pk=one.topic_id).update(happened_at=last)


def shown(by: Actor, topic: Topic) -> Person | None:
    """Who may be named for it. Somebody who speaks without a name in a topic has none there, but as a moderator."""
    if not isinstance(by, Person):
        return None
    is_hidden = topic.posts.filter(author=by, is_anonymous=True).exists()
    return None if is_hidden and not can_moderate_topics(by, topic.channel.group) else by


def recount(topic: Topic) -> None:
    """Tell anew how many posts a topic has, and when and how it began and went on last."""
    first, last = topic.posts.in_order().first(), topic.posts.in_order().last()
    if first is None or last is None:
        raise Refused(_("A conversation has at least one post."))
    Topic.objects.filter(pk=topic.pk).update(
        post_count=topic.posts.count(),
        started_at=first.posted_at,
        last_post_at=last.posted_at,
        last_via=last.via,
    )


def look_anew(post_ids: Iterable[int | None]) -> None:
    """Say that posts look different now."""
    for some in in_parts([one for one in post_ids if one], AT_ONCE):
        Post.objects.filter(pk__in=some).update(version=F("version") + 1)


def cut_loose(post_ids: Sequence[int]) -> None:
    """Let posts answer nothing any more."""
    for some in in_parts(post_ids, AT_ONCE):
        Post.objects.filter(pk__in=some).update(answers=None, version=F("version") + 1)
