"""What one does with a conversation one has caught up on; each with its inverse."""

from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.conversations import unread
from folkmoot.conversations.models import Channel, Subscription, Topic
from folkmoot.conversations.operations import (
    bring_back,
    follow,
    follow_no_longer,
    keep_for_later,
    keep_no_longer,
    put_away,
)
from folkmoot.lobby.inbox import queries
from folkmoot.lobby.inbox.topics import readable

LIST = ("list", "group", "page")


@login_required
@require_POST
def done(request: SignedIn, topic_id: int) -> HttpResponse:
    topic = readable(request, topic_id)
    was = unread.reading(topic)
    to = _moment(request.POST.get("seen", "")) or topic.last_post_at
    further = _next(request, topic)
    put_away(topic, person=request.user, to=to)
    undo = f"undo:/topics/{topic.pk}/{'later' if was and was.later_at else 'done/remove'}"
    messages.success(request, _("Done: “%(title)s”.") % {"title": topic.title}, extra_tags=undo)
    return redirect(further)


@login_required
@require_POST
def done_remove(request: SignedIn, topic_id: int) -> HttpResponse:
    topic = readable(request, topic_id)
    bring_back(topic, person=request.user)
    return _return(request, topic, _("It is back in what you catch up on."))


@login_required
@require_POST
def later(request: SignedIn, topic_id: int) -> HttpResponse:
    topic = readable(request, topic_id)
    further = _next(request, topic)
    keep_for_later(topic, person=request.user)
    undo = f"undo:/topics/{topic.pk}/later/remove"
    messages.success(request, _("Kept for later: “%(title)s”.") % {"title": topic.title}, extra_tags=undo)
    return redirect(further)


@login_required
@require_POST
def later_remove(request: SignedIn, topic_id: int) -> HttpResponse:
    topic = readable(request, topic_id)
    keep_no_longer(topic, person=request.user)
    return _return(request, topic, _("It is back in what you catch up on."))


@login_required
@require_POST
def topic_follow(request: SignedIn, topic_id: int, level: str) -> HttpResponse:
    """Want so much of a topic; `remove` lets the channel's level count again."""
    topic = readable(request, topic_id)
    was = unread.reading(topic)
    further = _next(request, topic) if level == Subscription.Level.MUTED else ""
    _follow(request, topic, level)
    undo = f"undo:/topics/{topic.pk}/follow/{(was and was.own_level) or 'remove'}"
    messages.success(request, _said(level), extra_tags=undo)
    return redirect(further or _came_from(request) or topic.get_absolute_url())


@login_required
@require_POST
def channel_follow(request: SignedIn, channel_id: int, level: str) -> HttpResponse:
    visible = Channel.objects.visible_to(request.user).select_related("group")
    channel = get_object_or_404(visible, pk=channel_id)
    was = request.user.subscriptions.filter(channel=channel).values_list("level", flat=True).first()
    _follow(request, channel, level)
    undo = f"undo:/channels/{channel.pk}/follow/{was or 'remove'}"
    messages.success(request, _said(level), extra_tags=undo)
    return redirect(_came_from(request) or reverse("topics", args=[channel.group.slug]))


def _follow(request: SignedIn, what: Topic | Channel, level: str) -> None:
    if level == "remove":
        follow_no_longer(what, person=request.user, via="web")
    elif level in Subscription.Level.values:
        follow(what, person=request.user, level=level, via="web")
    else:
        raise Http404


def _said(level: str) -> str:
    return {
        "everything": _("You get everything of it, by mail too."),
        "mentions": _("You get only what names you."),
        "muted": _("Muted: it stays out of your mail and of what you catch up on."),
    }.get(level, _("It is as the rest of the group for you again."))


def _return(request: SignedIn, topic: Topic, words: str) -> HttpResponse:
    """Say what was undone and show the conversation again, where it was."""
    messages.success(request, words)
    came_from = _came_from(request)
    if not came_from.startswith(reverse("inbox")):
        return redirect(came_from or topic.get_absolute_url())
    return redirect(f"{reverse('inbox_topic', args=[topic.pk])}{_list_of(came_from)}#here")


def _next(request: SignedIn, topic: Topic) -> str:
    """Where to go once a conversation is dealt with.

    A script that moves through the list says which comes next. Else it is the first that is unread in the list one came
    from; and whoever came from the conversation's own page goes back there.
    """
    came_from = _came_from(request)
    if not came_from.startswith(reverse("inbox")):
        return came_from or reverse("inbox")
    where = _list_of(came_from)
    asked = request.POST.get("next", "")[:15]
    further = int(asked) if asked.isdecimal() else _first_other(request, topic, where)
    return f"{reverse('inbox_topic', args=[further])}{where}#here" if further else f"{reverse('inbox')}{where}"


def _first_other(request: SignedIn, topic: Topic, where: str) -> int:
    query = parse_qs(where[1:])
    listed = queries.inbox(request.user).of(query.get("list", ["everything"])[0], query.get("group", [""])[0])
    return next((one.row.id for one in listed if one.row.id != topic.pk), 0)


def _list_of(address: str) -> str:
    """The list that an address of the inbox shows, as the end of another."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items() if name in LIST}
    return f"?{urlencode(query)}" if query else ""


def _came_from(request: SignedIn) -> str:
    """The page of ours that the button stood on; our pages always say so, to us alone (Referrer-Policy)."""
    address = urlsplit(request.headers.get("Referer", ""))
    is_ours = address.netloc == request.get_host() and address.path.startswith("/")
    return f"{address.path}?{address.query}".rstrip("?") if is_ours else ""


def _moment(text: str) -> datetime | None:
    """Up to where somebody had the conversation before their eyes, as the form says."""
    try:
        at = parse_datetime(text[:40])
    except ValueError:
        return None
    return at if at and at.utcoffset() is not None else None
