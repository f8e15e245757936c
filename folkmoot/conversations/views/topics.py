from datetime import datetime
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.accounts.models import Person
from folkmoot.conversations import about, boxes, fragments, traces, unread
from folkmoot.conversations.forms import ReplyForm
from folkmoot.conversations.fragments import Fragment, Row
from folkmoot.conversations.http import of_topic, readable, zone_of
from folkmoot.conversations.models import OldTopic, Post, Topic
from folkmoot.conversations.operations import MustWait, hold_post, keep_draft, mark_read, reply, schedule
from folkmoot.conversations.rules import has_begun
from folkmoot.groups.http import OF_PAGE, Standing, above, standing
from folkmoot.kit.errors import Refused
from folkmoot.store.prepared import Prepared
from folkmoot.web.strangers import same_for_strangers

A_PAGE = 50


@lru_cache(maxsize=64)
def _versions(start: int) -> Prepared[Row]:
    """The posts of a topic's page that begins at this one, what fragments are kept by; and the first of the next."""
    return Prepared(lambda key: _in_order(key)[start : start + A_PAGE + 1])


def _in_order(topic_id: int) -> QuerySet[Post, Row]:
    return Post.objects.filter(topic=topic_id).in_order().values_list("pk", "version", "posted_at", "author_id")


@require_safe
@same_for_strangers
def topic(request: HttpRequest, slug: str, topic_id: int, title: str = "") -> HttpResponse:
    found = readable(request, topic_id)
    if found is None:
        moved = get_object_or_404(OldTopic.objects.filter(number=topic_id))
        found = readable(request, moved.topic_id)
    if found is None:
        raise Http404
    if request.path != found.get_absolute_url():
        return _lives_at(found)
    return _topic_page(request, found, page=request.GET.get("page"))


@boxes.kept_through_sign_in
@require_POST
@of_topic
def replies(request: SignedIn, topic: Topic) -> HttpResponse:
    with timezone.override(zone_of(request.user, topic.channel.group)):
        form = ReplyForm(request.POST, request.FILES)
        is_valid = form.is_valid()
    if not is_valid or "preview" in request.POST:
        return _topic_page(request, topic, form, page="last", status=200 if is_valid else 422)
    said: dict[str, Any] = {"author": request.user, "via": "web", **form.cleaned_data}
    if said["due_at"]:
        return _later(request, topic, said)
    del said["due_at"]
    said["answers"] = boxes.answered(topic, said["answers"])
    try:
        post = reply(topic, **said)
    except MustWait:
        return _wait(topic, request, said)
    messages.success(request, _("Your reply is sent."), extra_tags=f"topic-{topic.pk}")
    return redirect(post)


def _wait(topic: Topic, request: SignedIn, said: dict[str, Any]) -> HttpResponse:
    """Keep a reply that a moderator looks at first."""
    if said["files"]:
        raise Refused(
            _("A moderator looks at your posts first, and files can't wait with them. Send it without files.")
        )
    words = {name: said[name] for name in ("author", "via", "body", "is_anonymous")}
    hold_post(topic.channel, topic=topic, **words)
    keep_draft(request.user, f"topic-{topic.pk}")
    messages.success(
        request,
        _("A moderator looks at your reply first. It waits under “Sent later”."),
        extra_tags=f"topic-{topic.pk}",
    )
    return redirect(topic)


def _later(request: SignedIn, topic: Topic, said: dict[str, Any]) -> HttpResponse:
    """Keep a reply for its time. What waits answers the conversation, not one post."""
    key = f"topic-{topic.pk}"
    words = {name: said[name] for name in ("author", "via", "body", "is_anonymous", "due_at")}
    kept = schedule(topic.channel, topic=topic, **words)
    keep_draft(request.user, key)
    messages.success(request, _("Your reply waits for its time."), extra_tags=f"undo:/scheduled/{kept.pk}/remove {key}")
    return redirect(topic)


@login_required
@require_safe
@of_topic
def topic_unread(request: SignedIn, topic: Topic) -> HttpResponse:
    """Lead to the first post that the reader has not read."""
    mine = unread.reading(topic)
    first = unread.first_unread(topic, person=request.user, read_to=mine.read_to) if mine else None
    if first is None:
        return redirect(topic)
    return redirect(f"{topic.get_absolute_url()}{page_of(first)}#new")


def page_of(post: Post) -> str:
    """Which page of its topic a post is on, as an address says it."""
    earlier = Q(posted_at__lt=post.posted_at) | Q(posted_at=post.posted_at, pk__lt=post.pk)
    number = post.topic.posts.filter(earlier).count() // A_PAGE + 1
    return f"?page={number}" if number > 1 else ""


def _lives_at(topic: Topic) -> HttpResponse:
    """Lead to the topic's address of today. Browsers ask again: what is moved or renamed may be moved back."""
    response = HttpResponsePermanentRedirect(topic.get_absolute_url())
    response.headers["Cache-Control"] = "no-cache"
    return response


def _topic_page(
    request: HttpRequest, topic: Topic, form: ReplyForm | None = None, *, page: str | None, status: int = 200
) -> HttpResponse:
    group, person = topic.channel.group, reader(request)
    pages = Paginator(range(topic.post_count), A_PAGE)
    shown = pages.get_page(pages.num_pages if page == "last" else page)
    if person is not None and person.is_administrator:
        request.META[OF_PAGE] = group  # they may be looking into it
    mine = standing(group, person)
    with timezone.override(group.time_zone):
        rows, until = _rows(topic, shown)
        posts = fragments.of_posts(topic, rows, can_act="topics.post" in mine.permissions)
        since = rows[0][2] if rows and shown.has_previous() else None
        lines = fragments.of_happenings(topic, after=since, before=until)
        lines += _rule_and_mark(request, topic, rows)
        context: dict[str, Any] = {
            "group": group,
            "tab": "talk",
            "member_count": mine.members,
            "above": above(group, person),
            "can_manage": "group.manage" in mine.permissions,
            "topic": topic,
            "page": shown,
            "posts": fragments.in_order(rows, posts, lines),
            "answered": _answered(topic, rows),
            "can_write": _can_write(topic, mine),
            "can_act": _can_act(topic, person, mine, posts[0] if shown.number == 1 and posts else None),
            "my_mail": mine.mail,
            "my_reading": unread.reading(topic) if mine.mail else None,
            "week": traces.week_of(topic),
            "about": about.of_topic(topic, shown.number) if person is None else None,
            "feed": f"/topics/{topic.pk}/feed.atom",
            "zone": zone_of(person, group) if person else None,
            "mine": boxes.mine(person, rows, posts) if person else None,
            "side": fragments.of_side(topic, [post.speaker for post in posts]),
            "near": fragments.of_near(topic),
        }
        if context["can_write"] and not shown.has_next():
            context |= boxes.of_topic(request, topic, form)
        return render(request, "conversations/topic.html", context, status=status)


def _rule_and_mark(request: HttpRequest, topic: Topic, rows: list[Row]) -> list[tuple[datetime, Fragment]]:
    """A rule before the first post that is new to the reader; and note that they have read this page."""
    person = reader(request)
    mine = unread.reading(topic) if person else None
    if person is None or mine is None or not rows or rows[-1][2] <= mine.read_to:
        return []
    at = unread.first_new([row[2:] for row in rows], person=person, read_to=mine.read_to)
    if unread.is_looked_at(request):
        mark_read(topic, person=person, to=rows[-1][2])
    if at is None or (at == 0 and mine.seen_at is None):
        return []  # nothing, or all of it, is new
    rule = render_to_string("web/_since.html", {"at": mine.seen_at or mine.read_to, "joined": mine.seen_at is None})
    return [(rows[at][2], Fragment(rule))]


def _rows(topic: Topic, shown: Page[int]) -> tuple[list[Row], datetime | None]:
    """The posts of a page, and when the next page begins."""
    start = (shown.number - 1) * A_PAGE
    rows = _versions(start).rows(topic.pk)
    return rows[:A_PAGE], rows[A_PAGE][2] if len(rows) > A_PAGE else None


def _can_write(topic: Topic, mine: Standing) -> bool:
    return "topics.post" in mine.permissions and not (
        topic.locked_at or topic.channel.closed_at or topic.channel.group.closed_at
    )


def _can_act(topic: Topic, person: Person | None, mine: Standing, first: Fragment | None) -> bool:
    """Whether the topic's page of actions has something for the reader. Mostly its first post tells without asking."""
    if person is None or topic.channel.group.closed_at:
        return False
    if "topics.moderate" in mine.permissions:
        return True
    if first is None or "topics.post" not in mine.permissions:
        return False
    _name, handle, _picture = first.speaker
    return has_begun(person, topic) if not handle else handle == person.handle and first.is_theirs


def _answered(topic: Topic, rows: list[Row]) -> dict[str, Any] | None:
    """What the head says of the accepted answer."""
    if topic.answer_id is None:
        return None
    answer = Post.objects.select_related("author").filter(pk=topic.answer_id, removed_at=None).first()
    if answer is None:
        return None
    is_here = any(row[0] == answer.pk for row in rows)
    return {
        "after": timesince(topic.started_at, answer.posted_at, depth=1),
        "by": answer.author_name,
        "url": f"#post-{answer.pk}" if is_here else answer.get_absolute_url(),
    }
