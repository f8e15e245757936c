"""Finds conversations: what somebody asks for, among what they may read, best first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from math import log1p
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, Post, Topic
from folkmoot.groups.models import Group
from folkmoot.kit.search_words import Query, hits, parse, snippet, words_of
from folkmoot.store import search as words

MOST = 500  # posts that are put in order, the newest that match; it is said where there are more
A_PAGE = 20
MOST_AUTHORS = 50  # whom a name may mean
LOOKED_AT = 5  # posts of one topic that are read for the best snippet
READ = 20_000  # characters of a post that a snippet may come from
A_YEAR = 365 * 24 * 3600


class Match(NamedTuple):
    """A post that has the words."""

    post_id: int
    topic_id: int
    channel_id: int
    title: str
    posted_at: datetime
    answer_id: int | None


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


def similar(title: str, channels: Sequence[int], *, but: int = 0, limit: int = 3) -> list[Topic]:
    """Topics of these channels whose titles have most words of this one."""
    wanted = [word for word in dict.fromkeys(words_of(title)) if len(word) > 2][:8]
    if not wanted:
        return []
    ids = words.titled(wanted, scopes=channels, limit=100)
    matches = _matches(ids, set(channels), by_name=False)
    ranked = sorted(_by_topic(matches).values(), key=lambda some: (-_in_title(set(wanted), some[0].title), -some[0][1]))
    keys = [some[0].topic_id for some in ranked if some[0].topic_id != but][:limit]
    topics = Topic.objects.select_related("channel__group").in_bulk(keys)
    return [topics[key] for key in keys]


def _channels(query: Query, person: Person | None, group: Group | None) -> list[int]:
    """The channels that are searched: those that the person may read, of the places that were named."""
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
    posts = Post.objects.filter(pk__in=ids, removed_at=None)
    if by_name:
        posts = posts.filter(is_anonymous=False)
    rows = posts.values_list("pk", "topic_id", "channel_id", "title", "posted_at", "topic__answer_id")
    return [match for match in map(Match._make, rows) if match.channel_id in channels]


def _ranked(query: Query, matches: Iterable[Match]) -> list[list[Match]]:
    wanted = {word for phrase in query.words for word in phrase}
    at = timezone.now()
    scored = [(_score(wanted, some, at), some[0].post_id, some) for some in _by_topic(matches).values()]
    return [some for _score, _key, some in sorted(scored, key=lambda one: one[:2], reverse=True)]


def _by_topic(matches: Iterable[Match]) -> dict[int, list[Match]]:
    topics: dict[int, list[Match]] = {}
    for match in sorted(matches, key=lambda match: (match.posted_at, match.post_id)):
        topics.setdefault(match.topic_id, []).append(match)
    return topics


def _score(wanted: set[str], matches: Sequence[Match], at: datetime) -> float:
    """Words in the title count most; then that it was answered, how much of it is about them, and how young it is."""
    title = max(_in_title(wanted, name) for name in {match.title for match in matches})
    answer = matches[0].answer_id
    is_answer = any(match.post_id == answer for match in matches)
    age = (at - matches[-1].posted_at).total_seconds() / A_YEAR
    return 3 * title + (answer is not None) * 0.4 + is_answer * 0.4 + 0.4 * log1p(len(matches)) + 1 / (1 + max(age, 0))


def _in_title(wanted: set[str], title: str) -> float:
    return len(wanted & _title_words(title)) / len(wanted) if wanted else 0.0


@lru_cache(maxsize=10_000)
def _title_words(title: str) -> frozenset[str]:
    return frozenset(words_of(title))


def _hits(query: Query, topics: Sequence[Sequence[Match]]) -> list[Hit]:
    rows = Topic.objects.select_related("channel__group").in_bulk([some[0].topic_id for some in topics])
    wanted = [match.post_id for some in topics for match in _candidates(some)]
    texts = Post.objects.filter(pk__in=wanted).select_related("author").defer("html", "references").in_bulk()
    made = []
    for some in topics:
        posts = [texts[match.post_id] for match in _candidates(some) if match.post_id in texts]
        if posts and some[0].topic_id in rows:
            best = max(posts, key=lambda post: (hits(post.body[:READ], query), post.pk == some[0].answer_id))
            pieces = snippet(best.body[:READ], query)
            made.append(Hit(rows[some[0].topic_id], best, pieces, len(some)))
    return made


def _candidates(matches: Sequence[Match]) -> list[Match]:
    """Those of a topic's matches that are read: the answer and the first ones."""
    return sorted(matches, key=lambda match: match.post_id != match.answer_id)[:LOOKED_AT]
