"""Finds conversations: what somebody asks for, among what they may read, best first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from math import log1p
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import reader
from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, Post, Topic
from folkmoot.conversations.queries import readable
from folkmoot.groups.http import of_group
from folkmoot.groups.models import Group
from folkmoot.kit.search_words import Query, hits, parse, snippet, words_of
from folkmoot.store import search as words
from folkmoot.store.prepared import Prepared

MOST = 300  # posts that are put in order, the newest that match; it is said where there are more
A_PAGE = 20
MOST_AUTHORS = 50  # whom a name may mean
LOOKED_AT = 3  # posts of one topic that are read for the best snippet
READ = 5_000  # characters of a post that a snippet may come from
SHOWN = ("topic_id", "via", "posted_at", "is_anonymous", "author__name")
A_YEAR = 365 * 24 * 3600


class Match(NamedTuple):
    """A post that has the words, and what counts of its topic when that is ranked."""

    pk: int
    topic_id: int
    channel_id: int
    title: str
    is_anonymous: bool
    last_post_at: datetime
    answer: int | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A topic that was found, with the post that says it best."""

    topic: Topic
    post: Post
    pieces: list[tuple[str, bool]]  # of its text: the words, and whether to mark them
    posts: int  # of the topic that have the words


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found: the matches of each topic, best topic first."""

    query: Query
    topics: list[list[Match]]
    posts: int
    has_more: bool  # than were put in order

    def hits(self, start: int, end: int) -> list[Hit]:
        """The topics from one place to another, ready to be shown."""
        return _hits(self.query, self.topics[start:end])


def find(asked: str, *, person: Person | None, group: Group | None = None) -> Found:
    """Find what the person may read, everywhere or in one group."""
    query = parse(asked)
    channels = _channels(query, person, group)
    ids = _post_ids(query, channels) if channels else []
    matches = _matches(ids[:MOST], set(channels), by_name=bool(query.authors))
    return Found(query, _ranked(query, matches), len(matches), len(ids) > MOST)


def page(request: HttpRequest, asked: str, *, person: Person | None, group: Group | None = None) -> dict[str, Any]:
    """What conversations/_found.html shows: the hits of one page, and how many there are."""
    found = find(asked, person=person, group=group)
    page = Paginator(found.topics, A_PAGE).get_page(request.GET.get("page"))
    start = (page.number - 1) * A_PAGE
    return {"query": asked, "found": found, "hits": found.hits(start, start + A_PAGE), "page": page, "most": MOST}


@require_safe
@of_group
def topics_similar(request: HttpRequest, group: Group) -> HttpResponse:
    """What was asked before in words like these; shown while a title is typed."""
    channels = Channel.objects.visible_to(reader(request)).filter(group=group)
    topics = similar(request.GET.get("title", "")[:200], list(channels.values_list("pk", flat=True)))
    return render(request, "conversations/_similar.html", {"topics": topics})


def near(topic: Topic) -> list[Topic]:
    """Topics of the same group about the same; whoever reads one of them may read the others."""
    there = Channel.objects.filter(group=topic.channel.group_id)
    return similar(topic.title, list(there.values_list("pk", flat=True)), but=topic.pk)


def similar(title: str, channels: Sequence[int], *, but: int = 0, limit: int = 3) -> list[Topic]:
    """Topics of these channels whose titles have most words of this one."""
    wanted = [word for word in dict.fromkeys(words_of(title)) if len(word) > 2][:8]
    if not wanted:
        return []
    ids = words.titled(wanted, scopes=channels, limit=MOST)
    there = Post.objects.filter(pk__in=ids, removed_at=None, channel__in=channels).values("topic")
    topics = Topic.objects.filter(pk__in=there).exclude(pk=but).select_related("channel__group")
    return sorted(topics, key=lambda topic: (-_in_title(set(wanted), topic.title), -topic.pk))[:limit]


def _channels(query: Query, person: Person | None, group: Group | None) -> list[int]:
    """The channels that are searched: those that the person may read, of the places that were named."""
    if group is None and not query.places:
        return readable(person)
    channels = Channel.objects.visible_to(person)
    if group is not None:
        channels = channels.filter(group=group)
    if query.places:
        named = Q()
        for place in query.places:
            slug, plus, channel = place.partition("+")
            named |= Q(group__slug=slug, slug=channel) if plus else Q(group__slug=slug)
        channels = channels.filter(named)
    return list(channels.values_list("pk", flat=True))


def _post_ids(query: Query, channels: Sequence[int]) -> list[int]:
    """One more than are put in order, so that it can be said that there are more."""
    narrowed = _narrowed(query)
    if query.words:
        return words.find(query, scopes=channels, among=narrowed, limit=MOST + 1)
    if query.authors and narrowed is not None:
        return list(narrowed.filter(channel_id__in=channels).order_by("-posted_at", "-pk")[: MOST + 1])
    return []


def _narrowed(query: Query) -> QuerySet[Post, int] | None:
    """The ids of posts by the authors and of the time that were named; None where neither was."""
    posts = Post.objects.filter(removed_at=None)
    if query.authors:
        posts = posts.filter(author__in=_authors(query.authors), is_anonymous=False)
    if query.before:
        posts = posts.filter(posted_at__lt=_midnight(query.before))
    if query.after:
        posts = posts.filter(posted_at__gte=_midnight(query.after))
    narrow = query.authors or query.before or query.after
    return posts.values_list("pk", flat=True) if narrow else None


def _authors(names: Iterable[str]) -> list[int]:
    asked = Q()
    for name in names:
        asked |= Q(handle=name.lower()) | Q(name__icontains=name)
    return list(Person.objects.filter(asked).values_list("pk", flat=True)[:MOST_AUTHORS])


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _matches(ids: Sequence[int], channels: set[int], *, by_name: bool) -> list[Match]:
    """The posts as they are now: the index may still know one that was moved or removed a moment ago."""
    matches = map(Match._make, _POSTS.rows(*ids))
    return [one for one in matches if one.channel_id in channels and not (by_name and one.is_anonymous)]


def _of_topic(field: str) -> Subquery:
    """Looked up for each post by its key; joined, PostgreSQL would read all topics."""
    return Subquery(Topic.objects.filter(pk=OuterRef("topic")).values(field))


_POSTS = Prepared(
    lambda *ids: (
        Post.objects.filter(pk__in=ids, removed_at=None)
        .annotate(last_post_at=_of_topic("last_post_at"), answer=_of_topic("answer"))
        .order_by("pk")
        .values_list(*Match._fields)
    ),
    most=MOST,
)


def _ranked(query: Query, matches: Iterable[Match]) -> list[list[Match]]:
    at = timezone.now()
    wanted = {word for phrase in query.words for word in phrase}
    topics = _by_topic(matches).values()
    return sorted(topics, key=lambda some: (_score(wanted, some, at), some[0].topic_id), reverse=True)


def _by_topic(matches: Iterable[Match]) -> dict[int, list[Match]]:
    topics: dict[int, list[Match]] = {}
    for match in matches:
        topics.setdefault(match.topic_id, []).append(match)
    return topics


def _score(wanted: set[str], matches: Sequence[Match], at: datetime) -> float:
    """Words in the title count most; then that it was answered, how much of it is about them, and how young it is."""
    title = max(_in_title(wanted, name) for name in {match.title for match in matches})
    answer = matches[0].answer
    is_answer = any(match.pk == answer for match in matches)
    age = max((at - matches[0].last_post_at).total_seconds() / A_YEAR, 0)
    return 3 * title + 0.4 * (answer is not None) + 0.4 * is_answer + 0.4 * log1p(len(matches)) + 1 / (1 + age)


def _in_title(wanted: set[str], title: str) -> float:
    return len(wanted & _title_words(title)) / len(wanted) if wanted else 0.0


@lru_cache(maxsize=10_000)
def _title_words(title: str) -> frozenset[str]:
    return frozenset(words_of(title))


def _hits(query: Query, found: Sequence[list[Match]]) -> list[Hit]:
    topics = {topic.pk: topic for topic in _TOPICS.rows(*[matches[0].topic_id for matches in found])}
    candidates = [_candidates(matches) for matches in found]
    texts = {post.pk: post for post in _TEXTS.rows(*[key for keys in candidates for key in keys])}
    made = []
    for matches, keys in zip(found, candidates, strict=True):
        some = [texts[key] for key in keys if key in texts]
        topic = topics.get(matches[0].topic_id)
        if some and topic:
            best = max(some, key=lambda post: (hits(post.text, query), post.pk == topic.answer_id))
            made.append(Hit(topic, best, snippet(best.text, query), len(matches)))
    return made


_TOPICS = Prepared(
    lambda *keys: Topic.objects.filter(pk__in=keys).select_related("channel__group"),
    most=A_PAGE,
)
_TEXTS = Prepared(
    lambda *keys: (
        Post.objects.filter(pk__in=keys).select_related("author").only(*SHOWN).annotate(text=Substr("body", 1, READ))
    ),
    most=A_PAGE * LOOKED_AT,
)


def _candidates(matches: Sequence[Match]) -> list[int]:
    """Those of a topic's posts that are read: the answer and the first ones."""
    keys = [match.pk for match in matches]
    return sorted(keys, key=lambda key: key != matches[0].answer)[:LOOKED_AT]
