"""Posts as text. Each is rendered once for all readers of one language and zone, and kept until its version changes."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import merge
from operator import itemgetter
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, prefetch_related_objects
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from folkmoot.conversations import results, searching
from folkmoot.conversations.models import Attachment, Happening, Post, Reaction, Topic
from folkmoot.web.shelf import Shelf

MOST = 24_000_000  # characters kept by one process
NEAR_FOR = 600  # seconds
MOST_PEOPLE = 12  # named at the side
MOST_LINES = 200  # of what was done to a topic, on one page

Row = tuple[int, int, datetime, int]  # of a post: id, version, when, author
Speaker = tuple[str, str, str]  # name, handle and picture


class Fragment(NamedTuple):
    """A rendered post, and whose it is."""

    text: str
    speaker: Speaker = ("", "", "")
    is_theirs: bool = True  # not only an archive's word for it
    has_reactions: bool = False
    poll: int = 0  # its number


NOTHING = Fragment("")
_posts: Shelf[Fragment] = Shelf(MOST, size=lambda fragment: len(fragment.text))
_sides: Shelf[Fragment] = Shelf(MOST // 8, size=lambda fragment: len(fragment.text))


def of_posts(topic: Topic, rows: Sequence[Row], *, can_act: bool = False) -> list[Fragment]:
    """Return the posts with these ids and versions, in this order. Asks the database only for those not kept.

    Who may write here gets buttons with them; they are the same for all who may.
    The time the topic began is in the key, because a restored or a test's database gives the same ids to others.
    """
    same = (topic.started_at, get_language(), get_current_timezone_name(), can_act)
    keys = [(post_id, version, same) for post_id, version, _at, _author in rows]
    found = _posts.take(keys)
    missing = [key for key, fragment in zip(keys, found, strict=True) if fragment is None]
    rendered = _rendered([key[0] for key in missing], can_act) if missing else {}
    for key in missing:
        _posts.keep(key, rendered.get(key[0], NOTHING))
    return [fragment or rendered.get(key[0], NOTHING) for key, fragment in zip(keys, found, strict=True)]


def joined(fragments: Iterable[Fragment]) -> SafeString:
    return mark_safe("".join([fragment.text for fragment in fragments]))  # each is a rendered template


def in_order(rows: Sequence[Row], posts: Sequence[Fragment], lines: Iterable[tuple[datetime, Fragment]]) -> SafeString:
    """Posts, and between them lines of another kind, by time: before what was said at the same moment."""
    timed = [(row[2], fragment) for row, fragment in zip(rows, posts, strict=True)]
    return joined(fragment for _at, fragment in merge(sorted(lines, key=itemgetter(0)), timed, key=itemgetter(0)))


def of_happenings(topic: Topic, *, after: datetime | None, before: datetime | None) -> list[tuple[datetime, Fragment]]:
    """What was done to a topic in a time, as small lines, the same for all readers. Most topics have none."""
    if topic.happened_at is None:
        return []
    found = topic.happenings.select_related("by", "channel", "other__channel__group").order_by("at", "pk")
    found = found.filter(at__gte=after) if after else found
    found = found.filter(at__lt=before) if before else found
    return [(one.at, _line(topic, one)) for one in found[:MOST_LINES]]


def _line(topic: Topic, one: Happening) -> Fragment:
    """What stands in another group is not named: not every reader may know of it."""
    group_id = topic.channel.group_id
    context = {
        "happening": one,
        "came_from": one.channel if one.channel and one.channel.group_id == group_id else None,
        "other": one.other if one.other and one.other.channel.group_id == group_id else None,
    }
    return Fragment(render_to_string("conversations/_happening.html", context))


def of_side(topic: Topic, speakers: Sequence[Speaker]) -> SafeString:
    """What helps beside the posts, the same for all: the doors, and who speaks, once for each post."""
    url = topic.get_absolute_url()
    key = (url, topic.post_count > len(speakers), get_language(), *speakers)
    [kept] = _sides.take([key])
    if kept is None:
        context = {"topic": topic, "doors": _doors(topic, url), "is_part": key[1], **_taking_part(speakers)}
        kept = Fragment(render_to_string("conversations/_side.html", context))
        _sides.keep(key, kept)
    return joined([kept])


def of_near(topic: Topic) -> SafeString:
    """Conversations about the same, the same for all; looked for anew every ten minutes: one may be gone."""
    key = (topic.pk, topic.started_at, topic.title, get_language(), int(time.time() / NEAR_FOR))
    [kept] = _sides.take([key])
    if kept is None:
        kept = Fragment(render_to_string("conversations/_near.html", {"topics": searching.near(topic)}))
        _sides.keep(key, kept)
    return joined([kept])


def _taking_part(speakers: Sequence[Speaker]) -> dict[str, Any]:
    """Those who say most first."""
    counts = Counter(speakers).most_common()
    people = [
        {
            "name": name,
            "handle": handle,
            "picture": picture,
            "words": ngettext("%(n)d post", "%(n)d posts", n) % {"n": n},
        }
        for (name, handle, picture), n in counts[:MOST_PEOPLE]
    ]
    return {"people": people, "others": len(counts) - len(people)}


def _doors(topic: Topic, url: str) -> list[dict[str, str]]:
    address = f"{topic.channel.group.slug}+t{topic.pk}@{settings.HOST}"
    return [
        {"via": "mail", "label": _("Mail"), "words": address, "url": f"mailto:{address}"},
        {"via": "web", "label": _("Web"), "words": _("this page"), "url": url},
        {"icon": "rss", "label": _("Feed"), "words": _("this conversation"), "url": f"/topics/{topic.pk}/feed.atom"},
    ]


def _rendered(post_ids: Sequence[int], can_act: bool) -> dict[int, Fragment]:
    listed = Attachment.objects.filter(is_inline=False)
    posts = list(
        Post.objects.filter(pk__in=post_ids)
        .select_related("author", "answers__author", "topic__answered_by", "poll")
        .annotate(has_files=Exists(listed.filter(post=OuterRef("pk"))))
        .annotate(has_reactions=Exists(Reaction.objects.filter(post=OuterRef("pk"))))
    )
    with_files = [post for post in posts if post.has_files]
    prefetch_related_objects(with_files, Prefetch("attachments", listed.select_related("file").order_by("pk")))
    counts = _counts([post.pk for post in posts if post.has_reactions])
    polls = results.shown(post.poll for post in posts if hasattr(post, "poll") and not post.removed_at)
    return {post.pk: _fragment(post, counts.get(post.pk, {}), polls, can_act) for post in posts}


def _counts(post_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How often each kind of reaction was chosen, by post."""
    counts: dict[int, dict[str, int]] = {}
    if post_ids:
        rows = Reaction.objects.filter(post__in=post_ids).values_list("post", "kind").annotate(n=Count("pk"))
        for post_id, kind, n in rows:
            counts.setdefault(post_id, {})[kind] = n
    return counts


def _fragment(post: Post, counts: dict[str, int], polls: dict[int, results.Shown], can_act: bool) -> Fragment:
    is_theirs = post.archive_id is None or post.confirmed_at is not None
    speaker = (post.author_name, post.author_handle, post.author_picture)
    poll = polls.get(post.poll.pk) if hasattr(post, "poll") else None
    text = _text(post, counts, poll, can_act)
    return Fragment(text, speaker, is_theirs, bool(counts), poll.poll.pk if poll else 0)


def _text(post: Post, counts: dict[str, int], poll: results.Shown | None, can_act: bool) -> str:
    """Render a post. Whoever has no pointer scrolls long code and wide tables by keys, so these take the focus."""
    reactions = [(kind, label, counts.get(kind, 0)) for kind, label in Reaction.Kind.choices]
    offered = {Reaction.Kind.THANKS} if can_act and post.via != "chat" else set()
    shown = [one for one in reactions if one[2] or one[0] in offered]
    context = {"post": post, "reactions": shown if not post.removed_at else [], "can_act": can_act, "poll": poll}
    text = render_to_string("conversations/_post.html", context)
    return text.replace("<pre>", '<pre tabindex="0">').replace("<table>", '<table tabindex="0">')
