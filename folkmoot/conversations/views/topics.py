from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.conversations import boxes, fragments
from folkmoot.conversations.forms import ReplyForm, SearchForm, TopicForm
from folkmoot.conversations.http import readable
from folkmoot.conversations.models import Channel, OldTopic, Post, Topic
from folkmoot.conversations.operations import main_channel, reply, start_topic
from folkmoot.groups.http import around, of_group, standing
from folkmoot.groups.models import Group, Membership
from folkmoot.store import search
from folkmoot.store.prepared import Prepared

A_PAGE = 50


@lru_cache(maxsize=64)
def _versions(start: int) -> Prepared[tuple[int, int]]:
    """The posts of a topic's page that begins at this one: what fragments are kept by."""
    return Prepared(lambda key: _in_order(key)[start : start + A_PAGE])


def _in_order(topic_id: int) -> QuerySet[Post, tuple[int, int]]:
    return Post.objects.filter(topic=topic_id).in_order().values_list("pk", "version")


@require_safe
@of_group
def topics(request: HttpRequest, group: Group) -> HttpResponse:
    person = reader(request)
    context = around(request, group, "talk")
    channels = list(Channel.objects.visible_to(person).filter(group=group).values_list("pk", flat=True))
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"].strip() if form.is_valid() else ""
    context |= {
        "query": query,
        "can_read": "topics.read" in context["permissions"],
        "address": f"{group.slug}@{settings.HOST}",
    }
    if query:
        context["found"] = _found(search.find(query, scopes=channels))
    else:
        newest = Topic.objects.filter(channel_id__in=channels).newest_first()
        spoke_last = Post.objects.filter(topic=OuterRef("pk")).order_by("-posted_at", "-pk")
        newest = newest.annotate(last_by=Subquery(spoke_last.values("author__name")[:1])).select_related(
            "channel__group"
        )
        context["page"] = Paginator(newest, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "conversations/topics.html", context)


def _found(post_ids: list[int]) -> list[Post]:
    posts = Post.objects.select_related("author", "topic").in_bulk(post_ids)
    return [posts[post_id] for post_id in post_ids if post_id in posts]


@boxes.kept_through_sign_in
@of_group
def topic_new(request: SignedIn, group: Group) -> HttpResponse:
    context = around(request, group, "talk")
    if "topics.read" not in context["permissions"]:
        raise Http404
    form = TopicForm(request.POST or None, request.FILES or None, initial=boxes.begun(request, f"new-{group.slug}"))
    is_preview = "preview" in request.POST
    if request.method == "POST" and form.is_valid() and not is_preview:
        made = start_topic(main_channel(group), author=request.user, via="web", **form.cleaned_data)
        messages.success(request, _("Your conversation has begun."), extra_tags=f"new-{group.slug}")
        return redirect(made)
    context |= boxes.around_form(form, is_preview=is_preview, key=f"new-{group.slug}", group=group)
    context |= {"form": form, "by_mail": _by_mail(group), "can_start": "topics.post" in context["permissions"]}
    return render(request, "conversations/topic_new.html", context, status=422 if form.errors else 200)


@require_safe
def topic(request: HttpRequest, slug: str, topic_id: int, title: str = "") -> HttpResponse:
    found = readable(request, topic_id)
    if found is None:
        moved = get_object_or_404(OldTopic.objects.filter(number=topic_id))
        found = readable(request, moved.topic_id)
    if found is None:
        raise Http404
    if request.path != found.get_absolute_url():
        return redirect(found, permanent=True)
    return _topic_page(request, found, page=request.GET.get("page"))


@boxes.kept_through_sign_in
@require_POST
def replies(request: SignedIn, topic_id: int) -> HttpResponse:
    topic = readable(request, topic_id)
    if topic is None:
        raise Http404
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid() or "preview" in request.POST:
        return _topic_page(request, topic, form, page="last", status=422 if form.errors else 200)
    answers = boxes.answered(topic, form.cleaned_data.pop("answers"))
    post = reply(topic, author=request.user, via="web", answers=answers, **form.cleaned_data)
    messages.success(request, _("Your reply is sent."), extra_tags=f"topic-{topic.pk}")
    return redirect(post)


def _by_mail(group: Group) -> int:
    return group.memberships.current().filter(mail=Membership.Mail.EACH).count()


def _topic_page(
    request: HttpRequest, topic: Topic, form: ReplyForm | None = None, *, page: str | None, status: int = 200
) -> HttpResponse:
    group = topic.channel.group
    pages = Paginator(range(topic.post_count), A_PAGE)
    shown = pages.get_page(pages.num_pages if page == "last" else page)
    start = (shown.number - 1) * A_PAGE
    rows = _versions(start).rows(topic.pk)
    person = reader(request)
    mine = standing(group, person)
    can_write = "topics.post" in mine.permissions and not topic.locked_at
    with timezone.override(group.time_zone):
        posts = fragments.of_posts(topic, rows, can_act="topics.post" in mine.permissions)
        context: dict[str, Any] = {
            "group": group,
            "tab": "talk",
            "member_count": mine.members,
            "can_manage": "group.manage" in mine.permissions,
            "topic": topic,
            "page": shown,
            "posts": fragments.joined(posts),
            "mine": boxes.mine(person, list(zip([row[0] for row in rows], posts, strict=True))) if person else None,
            "can_write": can_write,
            "my_mail": mine.mail,
            "side": fragments.of_side(topic, [post.speaker for post in posts]),
        }
        if can_write and not shown.has_next():
            context |= boxes.of_topic(request, topic, form)
        return render(request, "conversations/topic.html", context, status=status)
