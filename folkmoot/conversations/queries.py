"""Reads that span models."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from time import time
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Count, F, OuterRef, QuerySet, Subquery, Value, When
from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import NOBODY, Person
from folkmoot.conversations.models import Channel, Edition, OldChannel, OldTopic, Post, Reference, Topic
from folkmoot.conversations.models.topics import TopicQuerySet
from folkmoot.groups.models import Group
from folkmoot.kit import wordings as comparing
from folkmoot.store.prepared import Prepared
from folkmoot.web.shelf import Shelf

MOST_WORDINGS = 10  # of one post that are compared on a page
VERY_MANY = 5_000  # topics, above which counting them costs more than the rest of the page
_very_many: Shelf[int] = Shelf(500, size=lambda _number: 1)


_FOR_ANYBODY = Prepared(lambda: Channel.objects.visible_to(None).values_list("pk"))
_FOR_PEOPLE = Prepared(lambda key: Channel.objects.visible_to(Person(pk=key)).values_list("pk"))
_FOR_ADMINISTRATORS = Prepared(
    lambda key: Channel.objects.visible_to(Person(pk=key, administrator_since=now())).values_list("pk")
)


def readable(person: Person | None) -> list[int]:
    """The keys of all channels in which somebody may read; those of Channel.objects.visible_to."""
    if person is None or not person.is_active:
        return [key for (key,) in _FOR_ANYBODY.rows()]
    asked = _FOR_ADMINISTRATORS if person.is_administrator else _FOR_PEOPLE
    return [key for (key,) in asked.rows(person.pk)]


def topics_by_id(channel: Channel, message_ids: Sequence[str]) -> dict[str, Topic]:
    """The topics that these Message-IDs belong to in this channel. An id known elsewhere counts for nothing here."""
    rows = Reference.objects.filter(channel=channel, message_id__in=message_ids)
    return {row.message_id: row.topic for row in rows.select_related("topic__channel__group")}


def topic_at(mail_name: str, number: int) -> Topic | None:
    """The topic of a number, also a former one, that is in the group of this name or has been moved away from it."""
    became = OldTopic.objects.filter(number=number).values_list("topic", flat=True).first()
    topic = Topic.objects.filter(pk=became or number).select_related("channel__group").first()
    here = {"group__mail_names__local": mail_name}
    if topic is None or Channel.objects.filter(pk=topic.channel_id, **here).exists():
        return topic
    was_here = Channel.objects.filter(references__topic=topic, **here)
    channel_was = OldChannel.objects.filter(channel=topic.channel_id, local=mail_name)
    return topic if was_here.exists() or channel_was.exists() else None


def channel_once_at(group: Group, slug: str) -> QuerySet[Channel]:
    """The channel that was in a group, or in one that is part of it now, and is called otherwise or elsewhere now."""
    return Channel.objects.filter(old_addresses__slug=slug, old_addresses__local__in=group.mail_names.values("local"))


def nearest_post(topic: Topic, parents: Sequence[str]) -> Post | None:
    """The post of this topic that a letter answers; `parents` are the ids that it names, nearest first."""
    posts = {post.message_id: post for post in Post.objects.filter(topic=topic, message_id__in=parents)}
    return next((posts[one] for one in parents if one in posts), None)


def waited_for(topic: Topic | None, said_at: datetime | None) -> bool:
    """Whether a topic holds answers that came before the letter they answer.

    Only one begun after the letter was written: nobody can lay claim to what another has yet to say.
    """
    return topic is not None and said_at is not None and topic.started_at >= said_at


def last_speaker() -> Subquery:
    """For each row of topics, who spoke last, as far as everybody may know."""
    spoke = Post.objects.filter(topic=OuterRef("pk")).order_by("-posted_at", "-pk")
    unnamed = [When(is_anonymous=True, then=Value(_("A member"))), When(author__name="", then=Value(str(NOBODY)))]
    name = Case(*unnamed, default=F("author__name"), output_field=CharField())
    return Subquery(spoke.annotate(shown=name).values("shown")[:1])


@lru_cache(maxsize=100)
def _pinned(channels: int) -> Prepared[tuple[int]]:
    """The topics that stand at the head of the board of so many channels."""

    def made(*ids: int) -> QuerySet[Topic, tuple[int]]:
        rows = Topic.objects.filter(channel__in=ids).exclude(pinned_at=None)
        return rows.order_by("-pinned_at", "-pk").values_list("pk")

    return Prepared(made)


@lru_cache(maxsize=100)
def _count(channels: int) -> Prepared[tuple[int]]:
    one = Topic.objects.order_by().values(one=Value(1)).annotate(n=Count("pk")).values_list("n")
    return Prepared(lambda *ids: one.filter(channel__in=ids))


@lru_cache(maxsize=200)
def _unpinned(channels: int, start: int, number: int) -> Prepared[tuple[int]]:
    """So many topics that are not pinned, from this one on. Their ids alone, which stand in an index."""
    rows = Topic.objects.filter(pinned_at=None).newest_first().values_list("pk")
    return Prepared(lambda *ids: rows.filter(channel__in=ids)[start : start + number])


def _number(channels: Sequence[int]) -> int:
    """How many topics these channels have; where there are very many, as of this minute."""
    key = (tuple(channels), int(time() / 60))
    [known] = _very_many.take([key])
    if known is not None:
        return known
    found = _count(len(channels)).first(*channels)
    number = found[0] if found else 0
    if number > VERY_MANY:
        _very_many.keep(key, number)
    return number


def whole_board(channels: Sequence[int], number: int, page: str | None) -> tuple[Page[int], list[int]]:
    """A page of so many topics of these channels, and what stands on it; before its first page what is pinned."""
    if not channels:
        return Paginator(range(0), number).get_page(page), []
    pinned = [pk for (pk,) in _pinned(len(channels)).rows(*channels)]
    shown = Paginator(range(_number(channels) - len(pinned)), number).get_page(page)
    start = (shown.number - 1) * number
    ids = [pk for (pk,) in _unpinned(len(channels), start, number).rows(*channels)]
    return shown, [*pinned, *ids] if shown.number == 1 else ids


def board(channels: Sequence[int], *, show: str, person: Person | None) -> TopicQuerySet:
    """The topics of these channels: all, those that wait for a first reply, or those that the person took part in."""
    topics = Topic.objects.filter(channel__in=channels)
    if show == "unanswered":
        topics = topics.unanswered()
    elif show == "mine":
        mine = Post.objects.filter(author=person, channel__in=channels)
        topics = topics.filter(pk__in=mine.values("topic")) if person else topics.none()
    return topics.newest_first()


def newest(channels: Sequence[int], most: int) -> TopicQuerySet:
    """So many topics of these channels, those that were talked in last; read off an index however many there are.

    Only the channels that were talked in last can hold them, and none holds one that is older than so many others.
    """
    heads = sorted(_nth_talk(channels, 0), reverse=True)[:most]
    lively = [pk for _at, pk in heads]
    depths = [at for at, _pk in _nth_talk(lively, most - 1)]
    if len(heads) == most:
        depths.append(heads[-1][0])
    topics = Topic.objects.filter(channel__in=lively)
    return (topics.filter(last_post_at__gte=max(depths)) if depths else topics).newest_first()[:most]


def _nth_talk(channels: Sequence[int], number: int) -> list[tuple[datetime, int]]:
    """When there was talk in the newest topic of each channel, or in that of this number from it; not of the empty."""
    talk = Topic.objects.filter(channel=OuterRef("pk")).newest_first().values("last_post_at")[number : number + 1]
    found = Channel.objects.filter(pk__in=channels).annotate(at=Subquery(talk)).order_by().values_list("at", "pk")
    return [(at, pk) for at, pk in found if at]


def wordings(post: Post) -> list[dict[str, Any]]:
    """What a post has said, newest first, each compared word by word with what it said before."""
    editions = list(post.editions.select_related("replaced_by").order_by("pk"))
    bodies = [*(one.body for one in editions), post.body]
    times = [*(one.written_at for one in editions), post.edited_at or post.posted_at]
    writers = [post.author_name, *(_writer(post, one) for one in editions)]
    before = ["", *bodies[:-1]]
    rows = zip(times, writers, before, bodies, strict=True)
    return [
        {"at": at, "by": by, "parts": comparing.compared(old, new), "is_first": number == 0}
        for number, (at, by, old, new) in list(enumerate(rows))[: -MOST_WORDINGS - 1 : -1]
    ]


def _writer(post: Post, edition: Edition) -> str:
    """Who changed it, as far as everybody may know."""
    if edition.replaced_by_id == post.author_id:
        return post.author_name
    return edition.replaced_by.name if edition.replaced_by else ""


def takes_address(group: Group, word: str) -> bool:
    """Whether letters to `group+word@` are a channel's."""
    return group.channels.filter(slug=word).exists()


def last_spoke(group: Group, person: Person) -> Iterable[datetime | None]:
    """Tell when somebody last said something in the group."""
    said = Post.objects.filter(channel__group=group, author=person, archive=None)
    yield said.order_by("-posted_at").values_list("posted_at", flat=True).first()
