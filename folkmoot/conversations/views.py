from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.accounts.models import Person
from folkmoot.conversations import fragments, searching, traces, unread
from folkmoot.conversations.forms import ReplyForm, TopicForm
from folkmoot.conversations.fragments import Fragment
from folkmoot.conversations.models import Attachment, Channel, OldTopic, Post, Topic
from folkmoot.conversations.operations import main_channel, mark_read, reply, start_topic
from folkmoot.conversations.rendering import PICTURES
from folkmoot.groups.http import around, of_group, standing
from folkmoot.groups.models import Group, Membership
from folkmoot.kit.search_words import LONGEST
from folkmoot.store import files
from folkmoot.store.prepared import Prepared

A_PAGE = 50
# What a template asks of an empty reply's field; a form of its own for it costs a tenth of the page.
EMPTY_FIELD = {"html_name": "body", "auto_id": "id_body", "value": "", "errors": ()}

_TOPIC = Prepared(lambda key: Topic.objects.filter(pk=key).select_related("channel__group"))
_TOPIC_READ = Prepared(
    lambda key, person: unread.as_read_by(Topic.objects.filter(pk=key).select_related("channel__group"), person)
)
Row = tuple[int, int, datetime, int]  # of a post: id, version, when, author


@lru_cache(maxsize=64)
def _versions(start: int) -> Prepared[Row]:
    """The posts of a topic's page that begins at this one: what fragments are kept by."""
    return Prepared(lambda key: _in_order(key)[start : start + A_PAGE])


def _in_order(topic_id: int) -> QuerySet[Post, Row]:
    return Post.objects.filter(topic=topic_id).in_order().values_list("pk", "version", "posted_at", "author_id")


@require_safe
@of_group
def topics(request: HttpRequest, group: Group) -> HttpResponse:
    person = reader(request)
    context = around(request, group, "talk")
    channels = list(Channel.objects.visible_to(person).filter(group=group).values_list("pk", flat=True))
    query = request.GET.get("q", "").strip()[:LONGEST]
    context |= {
        "query": query,
        "can_read": "topics.read" in context["permissions"],
        "address": f"{group.slug}@{settings.HOST}",
    }
    if context["membership"] and channels:
        context |= {"my_mail": context["membership"].mail, "channel_id": channels[0]}
        context["my_level"] = unread.level_of(channels[0], person)
    if query:
        context |= searching.page(request, query, person=person, group=group)
    else:
        newest = Topic.objects.filter(channel_id__in=channels).newest_first()
        spoke_last = Post.objects.filter(topic=OuterRef("pk")).order_by("-posted_at", "-pk")
        newest = newest.annotate(last_by=Subquery(spoke_last.values("author__name")[:1])).select_related(
            "channel__group"
        )
        context["page"] = Paginator(_with_unread(newest, person), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "conversations/topics.html", context)


def _with_unread(topics: QuerySet[Topic], person: Person | None) -> QuerySet[Topic]:
    return unread.as_read_by(topics, person.pk) if person else topics


@login_required
@of_group
def topic_new(request: SignedIn, group: Group) -> HttpResponse:
    context = around(request, group, "talk")
    if "topics.read" not in context["permissions"]:
        raise Http404
    form = TopicForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = start_topic(main_channel(group), author=request.user, via="web", **form.cleaned_data)
        messages.success(request, _("Your conversation has begun."), extra_tags=f"new-{group.slug}")
        return redirect(made)
    context |= {"form": form, "by_mail": _by_mail(group), "can_start": "topics.post" in context["permissions"]}
    return render(request, "conversations/topic_new.html", context, status=422 if form.errors else 200)


@require_safe
def topic(request: HttpRequest, slug: str, topic_id: int, title: str = "") -> HttpResponse:
    found = _readable(request, topic_id)
    if found is None:
        moved = get_object_or_404(OldTopic.objects.filter(number=topic_id))
        found = _readable(request, moved.topic_id)
    if found is None:
        raise Http404
    if request.path != found.get_absolute_url():
        return redirect(found, permanent=True)
    return _topic_page(request, found, EMPTY_FIELD, page=request.GET.get("page"))


@login_required
@require_POST
def replies(request: SignedIn, topic_id: int) -> HttpResponse:
    topic = _readable(request, topic_id)
    if topic is None:
        raise Http404
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _topic_page(request, topic, form["body"], page="last", status=422)
    post = reply(topic, author=request.user, via="web", **form.cleaned_data)
    messages.success(request, _("Your reply is sent."), extra_tags=f"topic-{topic.pk}")
    return redirect(post)


@login_required
@require_safe
def topic_unread(request: SignedIn, topic_id: int) -> HttpResponse:
    """Lead to the first post that the reader has not read."""
    found = _readable(request, topic_id)
    if found is None:
        raise Http404
    mine = unread.reading(found)
    first = unread.first_unread(found, person=request.user, read_to=mine.read_to) if mine else None
    if first is None:
        return redirect(found)
    return redirect(f"{found.get_absolute_url()}{_page_of(first)}#new")


@require_safe
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    found = get_object_or_404(
        Post.objects.visible_to(reader(request)).select_related("topic__channel__group"), pk=post_id
    )
    return redirect(f"{found.topic.get_absolute_url()}{_page_of(found)}#post-{found.pk}")


def _page_of(post: Post) -> str:
    earlier = Q(posted_at__lt=post.posted_at) | Q(posted_at=post.posted_at, pk__lt=post.pk)
    number = post.topic.posts.filter(earlier).count() // A_PAGE + 1
    return f"?page={number}" if number > 1 else ""


@require_safe
def file(request: HttpRequest, sha256: str, name: str) -> HttpResponseBase:
    attachments = Attachment.objects.visible_to(reader(request)).filter(file__sha256=sha256, name=name)
    found = attachments.select_related("file").first()
    path = files.where(sha256)
    if found is None or not path.exists():
        raise Http404
    is_picture = found.file.kind in PICTURES
    kind = found.file.kind if is_picture else "application/octet-stream"
    response = FileResponse(path.open("rb"), as_attachment=not is_picture, filename=found.name, content_type=kind)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _readable(request: HttpRequest, topic_id: int) -> Topic | None:
    """The same as Topic.objects.readable_by, decided by the standing that is kept: this page has to be quick."""
    person = reader(request)
    topic = _TOPIC_READ.first(topic_id, person.pk) if person else _TOPIC.first(topic_id)
    if topic and "topics.read" in standing(topic.channel.group, person).permissions:
        return topic
    return None


def _by_mail(group: Group) -> int:
    return group.memberships.current().filter(mail=Membership.Mail.EACH).count()


def _with_since(request: HttpRequest, topic: Topic, posts: list[Fragment], rows: list[Row]) -> list[Fragment]:
    """Put a rule before the first post that is new to the reader, and note that they have read this page."""
    person = reader(request)
    mine = unread.reading(topic) if person else None
    if person is None or mine is None or not rows or rows[-1][2] <= mine.read_to:
        return posts
    at = unread.first_new([row[2:] for row in rows], person=person, read_to=mine.read_to)
    if unread.is_looked_at(request):
        mark_read(topic, person=person, to=rows[-1][2])
    if at is None or (at == 0 and mine.seen_at is None):
        return posts  # nothing, or all of it, is new
    rule = render_to_string("web/_since.html", {"at": mine.seen_at or mine.read_to, "joined": mine.seen_at is None})
    return [*posts[:at], Fragment(rule), *posts[at:]]


def _topic_page(request: HttpRequest, topic: Topic, field: Any, *, page: str | None, status: int = 200) -> HttpResponse:
    group = topic.channel.group
    pages = Paginator(range(topic.post_count), A_PAGE)
    shown = pages.get_page(pages.num_pages if page == "last" else page)
    start = (shown.number - 1) * A_PAGE
    rows = _versions(start).rows(topic.pk)
    mine = standing(group, reader(request))
    with timezone.override(group.time_zone):
        posts = fragments.of_posts(topic, [row[:2] for row in rows])
        context: dict[str, Any] = {
            "group": group,
            "tab": "talk",
            "member_count": mine.members,
            "can_manage": "group.manage" in mine.permissions,
            "topic": topic,
            "page": shown,
            "posts": fragments.joined(_with_since(request, topic, posts, rows)),
            "can_write": "topics.post" in mine.permissions and not topic.locked_at,
            "my_mail": mine.mail,
            "my_reading": unread.reading(topic) if mine.mail else None,
            "week": traces.week_of(topic),
            "field": field,
            "key": f"topic-{topic.pk}",  # of the draft
            "side": fragments.of_side(topic, [post.speaker for post in posts]),
        }
        return render(request, "conversations/topic.html", context, status=status)
