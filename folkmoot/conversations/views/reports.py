"""Reporting a post, what moderators see of it and decide, and what the group tells about that."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.conversations import rules
from folkmoot.conversations.conduct import matters, moderated
from folkmoot.conversations.forms import DecisionForm, ReportForm
from folkmoot.conversations.http import readable_post
from folkmoot.conversations.models import ScheduledPost
from folkmoot.conversations.operations import release, report, settle, turn_down
from folkmoot.groups.http import around, managed, of_group
from folkmoot.groups.models import Group, ModerationCase, Sanction
from folkmoot.groups.rules import can_look_at_reports
from folkmoot.kit.errors import Refused

MOST_SHOWN = 100


@login_required
def post_report(request: SignedIn, post_id: int) -> HttpResponse:
    post = readable_post(request, post_id)
    if not rules.can_report(request.user, post):
        raise Http404
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        report(post, by=request.user, via="web", **form.cleaned_data)
        messages.success(request, _("Thank you. The moderators look at it."))
        return redirect(post)
    context = around(request, post.channel.group, "talk") | {"post": post, "form": form}
    return render(request, "conversations/posts/report.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
@managed("people.sanction")
def reports(request: SignedIn, group: Group) -> HttpResponse:
    context = around(request, group, "manage")
    context |= {
        "station": "reports",
        "matters": matters(group, reader=request.user),
        "form": DecisionForm(),
        "can_take_back": "topics.moderate" in context["permissions"],
        "in_force": _in_force(group),
        "waiting": _waiting(request, group),
    }
    return render(request, "conversations/reports.html", context)


def _in_force(group: Group) -> list[Sanction]:
    laid = Sanction.objects.in_force().filter(group=group).exclude(kind=Sanction.Kind.WARN, appealed_at=None)
    return list(laid.select_related("person", "by").order_by("-at", "-pk")[:MOST_SHOWN])


def _waiting(request: SignedIn, group: Group) -> list[ScheduledPost]:
    if not rules.can_moderate(request.user, group):
        return []
    held = ScheduledPost.objects.held_in(group).exclude(author=request.user)
    return list(held.select_related("author", "topic", "channel").order_by("held_at", "pk")[:MOST_SHOWN])


@login_required
@require_POST
def case_settle(request: SignedIn, case_id: int) -> HttpResponse:
    case = get_object_or_404(ModerationCase.objects.select_related("group"), pk=case_id)
    if not can_look_at_reports(request.user, case.group):
        raise Http404
    form = DecisionForm(request.POST)
    if form.is_valid():
        settle(case, by=request.user, via="web", **form.cleaned_data)
        messages.success(request, _("It is decided."))
    else:
        raise Refused(" ".join(str(words) for errors in form.errors.values() for words in errors))
    return redirect("reports", slug=case.group.slug)


@login_required
@require_POST
def waiting_release(request: SignedIn, scheduled_id: int) -> HttpResponse:
    kept = _held(request, scheduled_id)
    post = release(kept, by=request.user, via="web")
    messages.success(request, _("The post is sent."), extra_tags=f"undo:/posts/{post.pk}/remove")
    return redirect("reports", slug=kept.channel.group.slug)


@login_required
@require_POST
def waiting_refuse(request: SignedIn, scheduled_id: int) -> HttpResponse:
    kept = _held(request, scheduled_id)
    turn_down(kept, reason=request.POST.get("reason", ""), by=request.user, via="web")
    messages.success(request, _("The post is not sent. Its author reads why."))
    return redirect("reports", slug=kept.channel.group.slug)


def _held(request: SignedIn, scheduled_id: int) -> ScheduledPost:
    kept = get_object_or_404(ScheduledPost.objects.select_related("channel__group"), pk=scheduled_id)
    if kept.held_at is None or not rules.can_moderate(request.user, kept.channel.group):
        raise Http404
    return kept


@require_safe
@of_group
def transparency(request: HttpRequest, group: Group) -> HttpResponse:
    """How much was moderated in a year, in numbers and without names."""
    context: dict[str, Any] = around(request, group, "about")
    if "topics.read" not in context["permissions"]:
        raise Http404
    return render(request, "conversations/transparency.html", context | {"rows": moderated(group)})
