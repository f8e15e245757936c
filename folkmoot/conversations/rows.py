"""The rows of a board as text, kept by all that they show."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, CharField, F, OuterRef, QuerySet, Subquery, Value, When
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name, localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from folkmoot.accounts.models import NOBODY, Person
from folkmoot.conversations import unread
from folkmoot.conversations.models import Post, Topic
from folkmoot.conversations.models.topics import topic_address
from folkmoot.groups.models import Group
from folkmoot.store.prepared import Prepared
from folkmoot.web.shelf import Shelf

A_PAGE = 50  # conversations, and what is asked for at once
MOST = 4_000_000  # characters kept by one process
_rows: Shelf[str] = Shelf(MOST, size=len)


class Facts(NamedTuple):
    """What a row says of a conversation to everybody, as the query brings it."""

    id: int
    title: str
    started_at: datetime
    last_post_at: datetime
    last_via: str
    post_count: int
    pinned_at: datetime | None
    locked_at: datetime | None
    answer: int | None
    answered_by: str | None
    is_answer_anonymous: bool | None
    channel: str
    last_by: str | None


class Mine(NamedTuple):
    """And how far somebody has read it, as `unread.reading` wants to know it."""

    last_post_at: datetime
    my_read_to: datetime | None
    my_seen_at: datetime | None
    my_done_at: datetime | None
    my_later_at: datetime | None
    my_topic_level: str | None
    my_channel_level: str | None
    my_joined_at: datetime | None


ANONYMOUS = "\n"  # in the place of a name; nobody's has a line break
ELSEWHERE = {
    "answered_by": "answer__author__name",
    "is_answer_anonymous": "answer__is_anonymous",
    "channel": "channel__slug",
}
COLUMNS = [ELSEWHERE.get(one, one) for one in Facts._fields]


def _facts(*topic_ids: int) -> QuerySet[Topic]:
    name = Case(When(is_anonymous=True, then=Value(ANONYMOUS)), default=F("author__name"), output_field=CharField())
    spoke = Post.objects.filter(topic=OuterRef("pk")).order_by("-posted_at", "-pk").annotate(shown=name)
    return Topic.objects.filter(pk__in=topic_ids).annotate(last_by=Subquery(spoke.values("shown")[:1]))


_FACTS = Prepared(lambda *topic_ids: _facts(*topic_ids).values_list(*COLUMNS))
_FACTS_READ = Prepared(
    lambda person, *topic_ids: unread.as_read_by(_facts(*topic_ids), person).values_list(*COLUMNS, *Mine._fields[1:])
)


def rendered(topic_ids: Sequence[int], *, group: Group, person: Person | None) -> SafeString:
    """Return the rows of these topics of a group, in this order, and how far the person has read each."""
    found = {row[0]: row for row in _asked(topic_ids, person)}
    same = (group.slug, str(localdate()), get_language(), get_current_timezone_name())
    keys = [_key(found[pk], same) for pk in topic_ids if pk in found]
    texts = _rows.take(keys)
    for at, text in enumerate(texts):
        if text is None:
            texts[at] = render_to_string("web/_row.html", _context(*keys[at]))
            _rows.keep(keys[at], texts[at] or "")
    return mark_safe("".join(text or "" for text in texts))  # each is a rendered template


def _asked(topic_ids: Sequence[int], person: Person | None) -> list[tuple[Any, ...]]:
    """Ask for as many at once as a page has, so that the SQL is always the same."""
    rows = []
    for start in range(0, len(topic_ids), A_PAGE):
        some = topic_ids[start : start + A_PAGE]
        padded = [*some, *[0] * (A_PAGE - len(some))]
        rows += _FACTS_READ.rows(person.pk, *padded) if person else _FACTS.rows(*padded)
    return rows


Same = tuple[str, ...]


def _key(row: tuple[Any, ...], same: Same) -> tuple[Facts, bool, bool, Same]:
    """All that a row shows. In `same` is the day, because of “today”."""
    facts = Facts._make(row[: len(Facts._fields)])
    mine = Mine(facts.last_post_at, *row[len(facts) :]) if len(row) > len(facts) else None
    return facts, mine is not None and unread.is_unread(mine), unread.reading(mine) is None, same


def _context(facts: Facts, is_unread: bool, is_plain: bool, same: Same) -> dict[str, Any]:
    is_waiting = facts.post_count <= 1 and facts.answer is None and facts.locked_at is None
    slug, *_others = same
    return {
        "at": facts.last_post_at,
        "via": facts.last_via,
        "url": _way_in(facts, slug, is_unread),
        "title": facts.title,
        "posts": facts.post_count,
        "by": _("A member") if facts.last_by == ANONYMOUS else _named(facts.last_by),
        "is_plain": is_plain,
        "is_unread": is_unread,
        "is_pinned": facts.pinned_at,
        "is_closed": facts.locked_at,
        "answered_by": _("A member") if facts.is_answer_anonymous else _named(facts.answered_by),
        "is_waiting": is_waiting,
        "channel": facts.channel,
    }


def _named(name: str | None) -> str | None:
    return str(NOBODY) if name == "" else name


def _way_in(facts: Facts, slug: str, is_unread: bool) -> str:
    """Where the row leads: to the first post that is new, or to the topic."""
    if is_unread:
        return reverse("topic_unread", args=[facts.id])
    return topic_address(slug, facts.id, facts.title)
