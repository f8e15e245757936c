"""Catch up: what is new for somebody, over all their groups."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.conversations import boxes, fragments, traces, unread
from folkmoot.conversations.models import Topic
from folkmoot.conversations.operations import mark_read
from folkmoot.groups.http import standing
from folkmoot.lobby.inbox import queries, rows
from folkmoot.lobby.inbox.queries import Inbox
from folkmoot.lobby.inbox.topics import readable
from folkmoot.meetings import queries as meetings
from folkmoot.meetings.showing import lines

MOST_MEETINGS = 3
A_PANE = 20  # posts


@login_required
@require_safe
def inbox(request: SignedIn) -> HttpResponse:
    return render(request, "lobby/inbox.html", _page(request, 0))


@login_required
@require_safe
def inbox_topic(request: SignedIn, topic_id: int) -> HttpResponse:
    """One conversation beside the list; for a script that has the list already, the conversation alone."""
    topic = readable(request, topic_id)
    if "HX-Request" in request.headers:
        return render(request, "lobby/_inbox_pane.html", {"where": _where(request)} | _pane(request, topic))
    context = _page(request, topic.pk)
    return render(request, "lobby/inbox.html", context | _pane(request, topic))


@require_safe
def inbox_count(request: HttpRequest) -> HttpResponse:
    """The figure in the bar, fetched by the page once it is there, so that no page waits for it.

    Where the session has ended meanwhile, nothing: a page to sign in would be put into the bar.
    """
    person = reader(request)
    if person is None:
        return HttpResponse(status=204)
    response = render(request, "lobby/_inbox_count.html", {"inbox": queries.inbox(person)})
    response.headers["Cache-Control"] = "private, max-age=20"
    response.headers["Vary"] = "Cookie"
    return response


def _page(request: SignedIn, here: int) -> dict[str, Any]:
    """The rail and the list."""
    name, group = request.GET.get("list", "everything"), request.GET.get("group", "")
    if name not in queries.LISTS:
        raise Http404
    mine = queries.inbox(request.user)
    page = Paginator(mine.of(name, group), rows.A_PAGE).get_page(request.GET.get("page"))
    where = _where(request)
    return _rail(request, mine, name, group) | {
        "page": page,
        "rows": rows.rendered(list(page), person=request.user, here=here, where=where),
        "where": where,
        "axis": traces.axis(),
        "next_meetings": _next_meetings(request, mine) if name == "everything" and not group else [],
    }


def _next_meetings(request: SignedIn, mine: Inbox) -> list[dict[str, Any]]:
    groups = [(one.pk, one.access_version) for one in mine.groups]
    return lines(meetings.next_for(request.user, groups, MOST_MEETINGS), request.user)


def _rail(request: SignedIn, mine: Inbox, name: str, group: str) -> dict[str, Any]:
    return {
        "nav": "inbox",
        "inbox": mine,
        "list": name,
        "group_here": group,
        "groups": [(one, mine.unread_by_group[one.slug]) for one in mine.groups],
        "draft_count": queries.drafts(request.user),
        "since": now() - queries.WEEK,
    }


def _pane(request: SignedIn, topic: Topic) -> dict[str, Any]:
    """The open conversation: what is new in it, or its end; and note that it has been read."""
    mine, group = unread.reading(topic), topic.channel.group
    posts = topic.posts.filter(removed_at=None).in_order()
    new = posts.filter(posted_at__gt=mine.read_to).exclude(author=request.user) if mine else posts.none()
    columns = ("pk", "version", "posted_at", "author_id")
    shown = list(new.values_list(*columns)[:A_PANE]) or list(posts.reverse().values_list(*columns)[:3])[::-1]
    with timezone.override(group.time_zone):
        text = fragments.joined(fragments.of_posts(topic, shown))
    if mine and shown and shown[-1][2] > mine.read_to and unread.is_looked_at(request):
        mark_read(topic, person=request.user, to=shown[-1][2])
    before = posts.filter(posted_at__lt=shown[0][2]).count() if shown else 0
    can_write = "topics.post" in standing(group, request.user).permissions and not topic.locked_at
    return {
        **(boxes.of_topic(request, topic, None) if can_write else {}),
        "topic": topic,
        "group": group,
        "posts": text,
        "before": before,
        "after": max(0, topic.post_count - before - len(shown)),
        "seen": shown[-1][2].isoformat() if shown else "",
        "mine": mine,
        "can_write": can_write,
    }


def _where(request: SignedIn) -> str:
    """The list that one is in, as the end of an address."""
    kept = {name: request.GET[name] for name in ("list", "group", "page") if request.GET.get(name)}
    return f"?{urlencode(kept)}" if kept else ""
