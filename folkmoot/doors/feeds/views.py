from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.accounts.models import Person
from folkmoot.conversations import searching
from folkmoot.conversations.models import MAIN, Channel, Post, Topic
from folkmoot.doors.feeds.atom import Feed
from folkmoot.doors.feeds.models import FeedKey
from folkmoot.doors.feeds.operations import make_key, remove_key
from folkmoot.groups.http import moved
from folkmoot.groups.models import Group
from folkmoot.kit.search_words import LONGEST
from folkmoot.web.strangers import keep_for_strangers

MOST = 30  # posts in a feed
ATOM = "application/atom+xml; charset=utf-8"


@require_safe
def group_feed(request: HttpRequest, slug: str) -> HttpResponse:
    person = _who(request)
    channels = list(Channel.objects.visible_to(person).filter(group__slug=slug).select_related("group"))
    if not channels:
        return moved(request, slug, {}, person=person)
    group = channels[0].group
    page = f"{group.get_absolute_url()}/topics"
    return _answer(request, Feed(group.name, request.path, page, group.created_at, _newest(channels)))


@require_safe
def channel_feed(request: HttpRequest, slug: str, channel: str) -> HttpResponse:
    person = _who(request)
    there = Channel.objects.visible_to(person).select_related("group")
    found = there.filter(group__slug=slug, slug="" if channel == MAIN else channel).first()
    if found is None:
        return moved(request, slug, {"channel": channel}, person=person)
    title = f"{found.label} · {found.group.name}"
    return _answer(request, Feed(title, request.path, found.get_absolute_url(), found.created_at, _newest([found])))


@require_safe
def topic_feed(request: HttpRequest, topic_id: int) -> HttpResponse:
    there = Topic.objects.readable_by(_who(request)).select_related("channel__group")
    found = get_object_or_404(there, pk=topic_id)
    title = f"{found.title} · {found.channel.group.name}"
    posts = _posts().filter(topic=found).order_by("-posted_at", "-pk")[:MOST]
    return _answer(request, Feed(title, request.path, found.get_absolute_url(), found.started_at, list(posts)))


@require_safe
def search_feed(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:LONGEST]
    found = searching.find(asked, person=_who(request))
    keys = sorted((match.pk for matches in found.topics for match in matches), reverse=True)[:MOST]
    posts = list(_posts().filter(pk__in=keys).order_by("-posted_at", "-pk"))
    where = f"?q={quote(asked)}"
    begun_at = min((post.posted_at for post in posts), default=_begun_at())
    return _answer(request, Feed(asked or _("Search"), f"{request.path}{where}", f"/search{where}", begun_at, posts))


@login_required
@require_safe
def feeds(request: SignedIn) -> HttpResponse:
    key = FeedKey.objects.filter(person=request.user).first()
    context = {
        "key": key,
        "site": settings.SITE,
        "groups": list(Group.objects.joined_by(request.user).order_by("name")),
    }
    return render(request, "feeds/feeds.html", context)


@login_required
@require_POST
def key(request: SignedIn) -> HttpResponse:
    make_key(request.user)
    messages.success(request, _("Your feeds have a new address. The old one no longer works."))
    return redirect("feeds")


@login_required
@require_POST
def key_remove(request: SignedIn) -> HttpResponse:
    remove_key(request.user)
    messages.success(request, _("Your address for feeds no longer works."))
    return redirect("feeds")


def _who(request: HttpRequest) -> Person | None:
    """Whoever the secret in the address belongs to; without one, whoever is signed in. A wrong one finds nothing."""
    if "key" not in request.GET:
        return reader(request)
    known = FeedKey.objects.filter(person__is_active=True, person__merged_into=None).select_related("person")
    return get_object_or_404(known, key=request.GET["key"][:64]).person


def _newest(channels: Iterable[Channel]) -> list[Post]:
    return list(_posts().filter(channel__in=list(channels)).order_by("-posted_at", "-pk")[:MOST])


def _posts() -> Any:
    return Post.objects.filter(removed_at=None).select_related("author").defer("body", "references")


def _begun_at() -> Any:
    first = Group.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return first or now()


def _answer(request: HttpRequest, feed: Feed) -> HttpResponse:
    """The feed, or that nothing in it has changed. With a secret it is nobody else's to keep."""
    at = int(feed.updated_at.timestamp())
    known = get_conditional_response(request, etag=feed.tag, last_modified=at)
    response = known or HttpResponse(feed.xml(), content_type=ATOM)
    response.headers["ETag"], response.headers["Last-Modified"] = feed.tag, http_date(at)
    response.headers["X-Robots-Tag"] = "noindex"
    if "key" in request.GET:
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
    return keep_for_strangers(request, response)
