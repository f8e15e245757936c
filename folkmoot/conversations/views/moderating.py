from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models.functions import Left
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.conversations import operations
from folkmoot.conversations.forms import LockForm, MergeForm, MoveForm, SplitForm, TitleForm
from folkmoot.conversations.http import of_topic, readable
from folkmoot.conversations.models import Channel, Topic
from folkmoot.conversations.rules import can_arrange, can_tend
from folkmoot.conversations.views.topics import A_PAGE
from folkmoot.groups.http import around
from folkmoot.kit.text import key_of

VIA = "web"
MOST_WAYS = 200


@login_required
@require_safe
@of_topic
def actions(request: SignedIn, topic: Topic) -> HttpResponse:
    return _actions(request, topic)


@login_required
@require_POST
@of_topic
def pin(request: SignedIn, topic: Topic) -> HttpResponse:
    operations.pin(topic, by=request.user, via=VIA)
    return _done(request, topic, _("It stands at the head of the board."), undo="pin/remove")


@login_required
@require_POST
@of_topic
def pin_remove(request: SignedIn, topic: Topic) -> HttpResponse:
    operations.unpin(topic, by=request.user, via=VIA)
    return _done(request, topic, _("It is no longer pinned."), undo="pin")


@login_required
@require_POST
@of_topic
def lock(request: SignedIn, topic: Topic) -> HttpResponse:
    form = LockForm(request.POST)
    if not form.is_valid():
        return _actions(request, topic, lock_form=form)
    operations.lock(topic, by=request.user, via=VIA, **form.cleaned_data)
    return _done(request, topic, _("The conversation is closed."), undo="lock/remove")


@login_required
@require_POST
@of_topic
def lock_remove(request: SignedIn, topic: Topic) -> HttpResponse:
    operations.unlock(topic, by=request.user, via=VIA)
    return _done(request, topic, _("The conversation is open again."), undo="lock")


@login_required
@require_POST
@of_topic
def title(request: SignedIn, topic: Topic) -> HttpResponse:
    form = TitleForm(request.POST)
    if not form.is_valid():
        return _actions(request, topic, title_form=form)
    operations.retitle(topic, by=request.user, via=VIA, **form.cleaned_data)
    return _done(request, topic, _("The conversation has its new title."), undo="title/remove")


@login_required
@require_POST
@of_topic
def title_remove(request: SignedIn, topic: Topic) -> HttpResponse:
    operations.take_title_back(topic, by=request.user, via=VIA)
    return _done(request, topic, _("The conversation has its old title again."))


@login_required
@require_POST
@of_topic
def move(request: SignedIn, topic: Topic) -> HttpResponse:
    form = MoveForm(request.POST, channels=_ways(request, topic), home=topic.channel.group)
    if not form.is_valid():
        return _actions(request, topic, move_form=form)
    channel = get_object_or_404(Channel.objects.moderated_by(request.user), pk=form.cleaned_data["channel"])
    operations.move(topic, to=channel, by=request.user, via=VIA)
    return _done(request, topic, _("The conversation is moved."), undo="move/remove")


@login_required
@require_POST
@of_topic
def move_remove(request: SignedIn, topic: Topic) -> HttpResponse:
    operations.move_back(topic, by=request.user, via=VIA)
    return _done(request, topic, _("The conversation is where it was."))


@login_required
@require_POST
@of_topic
def merge(request: SignedIn, topic: Topic) -> HttpResponse:
    form = MergeForm(request.POST)
    into = readable(request, form.cleaned_data["into"]) if form.is_valid() else None
    if into is None:
        if form.is_valid():
            form.add_error("into", _("There is no such conversation here."))
        return _actions(request, topic, merge_form=form)
    into = operations.merge(topic, into=into, by=request.user, via=VIA)
    return _done(request, into, _("The two are one conversation now."), undo="merge/remove")


@login_required
@require_POST
@of_topic
def merge_remove(request: SignedIn, topic: Topic) -> HttpResponse:
    again = operations.unmerge(topic, by=request.user, via=VIA)
    return _done(request, again, _("They are two conversations again."))


@login_required
@require_POST
@of_topic
def split(request: SignedIn, topic: Topic) -> HttpResponse:
    form = SplitForm(request.POST, posts=list(topic.posts.values_list("pk", flat=True)))
    if not form.is_valid():
        return _actions(request, topic, split_form=form)
    new = operations.split(topic, by=request.user, via=VIA, **form.cleaned_data)
    return _done(request, new, _("These posts are a conversation of their own now."), undo="split/remove")


@login_required
@require_POST
@of_topic
def split_remove(request: SignedIn, topic: Topic) -> HttpResponse:
    origin = operations.unsplit(topic, by=request.user, via=VIA)
    return _done(request, origin, _("The posts are back where they were."))


@login_required
@require_POST
@of_topic
def answer(request: SignedIn, topic: Topic) -> HttpResponse:
    post = get_object_or_404(topic.posts.select_related("topic"), pk=key_of(request.POST.get("post", "")))
    operations.accept_answer(post, by=request.user, via=VIA)
    _say(request, topic, _("This post is the answer now."), undo="answer/remove")
    return redirect(post)


@login_required
@require_POST
@of_topic
def answer_remove(request: SignedIn, topic: Topic) -> HttpResponse:
    operations.withdraw_answer(topic, by=request.user, via=VIA)
    return _done(request, topic, _("No post is the answer now."))


def _done(request: SignedIn, topic: Topic, words: str, *, undo: str = "") -> HttpResponse:
    """Go to where the topic is now, if its reader may read there."""
    _say(request, topic, words, undo=undo)
    now = readable(request, topic.pk)
    return redirect(now) if now else redirect("home")


def _say(request: SignedIn, topic: Topic, words: str, *, undo: str) -> None:
    messages.success(request, words, extra_tags=f"undo:/topics/{topic.pk}/{undo}" if undo else "")


def _ways(request: SignedIn, topic: Topic) -> list[Channel]:
    """Where the topic may be moved: its own group's channels first."""
    open_ones = Channel.objects.moderated_by(request.user).filter(closed_at=None, group__closed_at=None)
    ways = open_ones.exclude(pk=topic.channel_id).select_related("group").order_by("group__name", "slug")[:MOST_WAYS]
    return sorted(ways, key=lambda channel: channel.group_id != topic.channel.group_id)


def _actions(request: SignedIn, topic: Topic, **forms: Any) -> HttpResponse:
    """All that can be done with a topic, without JavaScript; not there for those who can do nothing with it."""
    group = topic.channel.group
    if not can_tend(request.user, topic):
        raise Http404
    can_moderate = can_arrange(request.user, group)
    ways = _ways(request, topic) if can_moderate else []
    rows = topic.posts.filter(removed_at=None).select_related("author").in_order()
    posts = Paginator(rows.defer("html", "body").annotate(begins=Left("body", 160)), A_PAGE)
    context = around(request, group, "talk") | {
        "topic": topic,
        "can_moderate": can_moderate,
        "page": posts.get_page(request.GET.get("page")),
        "ways": ways,
        "lock_form": LockForm(),
        "title_form": TitleForm(initial={"title": topic.title}),
        "move_form": MoveForm(channels=ways, home=group),
        "merge_form": MergeForm(),
        "split_form": SplitForm(posts=[]),
        **forms,
    }
    return render(request, "conversations/topic_actions.html", context, status=422 if forms else 200)
