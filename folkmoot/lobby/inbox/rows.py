"""The rows of the inbox as text, kept by all that they show."""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from folkmoot.accounts.models import NOBODY, Person
from folkmoot.conversations import traces
from folkmoot.conversations.models import Post, Topic
from folkmoot.kit.text import gist
from folkmoot.lobby.inbox.queries import Conversation
from folkmoot.store.prepared import Prepared
from folkmoot.web.shelf import Shelf

A_PAGE = 40  # conversations
MOST = 6_000_000  # characters kept by one process
_rows: Shelf[str] = Shelf(MOST, size=len)


class Voice(NamedTuple):
    """The last thing said in a topic."""

    topic: int
    post: int
    version: int
    name: str


def rendered(conversations: Sequence[Conversation], *, person: Person, here: int, where: str) -> SafeString:
    """Return the rows of these conversations; `here` is the one that is open, `where` the list they stand in."""
    voices = _last_voices([one.row.id for one in conversations])
    hour = timezone.localtime().strftime("%Y-%m-%d %H")
    same = (person.pk, person.created_at, where, hour, get_language(), timezone.get_current_timezone_name())
    keys = [_key(one, voices.get(one.row.id), one.row.id == here, same) for one in conversations]
    found = _rows.take(keys)
    missing = [at for at, text in enumerate(found) if text is None]
    if missing:
        context = _context([conversations[at] for at in missing], voices, person)
        for at in missing:
            one = conversations[at]
            more = {"where": where, "is_here": one.row.id == here}
            found[at] = render_to_string("lobby/_inbox_row.html", context[one.row.id] | more)
            _rows.keep(keys[at], found[at] or "")
    return mark_safe("".join(text or "" for text in found))  # each is a rendered template


def _key(one: Conversation, voice: Voice | None, is_here: bool, same: Hashable) -> Hashable:
    """All that a row shows. In `same` is the hour, because a trace moves, and with it the words for the day."""
    row = one.row
    said = (row.id, row.title, row.last_post_at, row.post_count, voice)
    mine = (one.read_to, row.unread, one.waits, is_here)
    return (said, mine, one.group.shown, same)


def _last_voices(topic_ids: Sequence[int]) -> dict[int, Voice]:
    """Who spoke last in each. Asked for a whole page of topics, so that the SQL is always the same."""
    padded = [*topic_ids, *[0] * (A_PAGE - len(topic_ids))]
    return {
        topic: Voice(topic, post, version, gettext("A member") if is_anonymous else name or str(NOBODY))
        for topic, post, version, name, is_anonymous in _VOICES.rows(*padded)
    }


def _voices(*topic_ids: int) -> QuerySet[Post, tuple[int, int, int, str, bool]]:
    last = Post.objects.filter(topic=OuterRef("pk"), removed_at=None).order_by("-posted_at", "-pk").values("pk")[:1]
    newest = Topic.objects.filter(pk__in=topic_ids).annotate(last=Subquery(last)).values("last")
    posts = Post.objects.filter(pk__in=newest)
    return posts.values_list("topic", "pk", "version", "author__name", "is_anonymous")


_VOICES = Prepared(_voices)


def _context(
    conversations: Sequence[Conversation], voices: dict[int, Voice], person: Person
) -> dict[int, dict[str, Any]]:
    keys = [(one.row.id, one.row.last_post_at, one.row.post_count) for one in conversations]
    said = traces.of_last_week(keys)
    posts = Post.objects.filter(pk__in=[voices[key[0]].post for key in keys if key[0] in voices])
    bodies = {topic: (body, author) for topic, body, author in posts.values_list("topic", "body", "author")}
    context = {}
    for one in conversations:
        body, author = bodies.get(one.row.id, ("", 0))
        context[one.row.id] = {
            "one": one,
            "row": one.row,
            "group": one.group,
            "voice": voices.get(one.row.id),
            "is_mine": author == person.pk,
            "gist": gist(body),
            "trace": traces.draw(said[one.row.id], read_to=one.read_to, reader=person.pk),
        }
    return context
