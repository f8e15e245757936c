"""Invitation links: those who run the group make and close them; whoever has one comes in by it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.groups.http import around, managed
from folkmoot.groups.joining_forms import FieldsForm, LinkForm
from folkmoot.groups.models import Group, InvitationLink
from folkmoot.groups.operations import close_link, come_by, make_link
from folkmoot.groups.queries import has_proven_at, open_links
from folkmoot.groups.rules import can_manage_members, is_member
from folkmoot.kit.errors import Refused
from folkmoot.web.forms import tried

A_PAGE = 50


@login_required
@managed("members.manage")
def manage_links(request: SignedIn, group: Group) -> HttpResponse:
    form = LinkForm(request.POST or None, group=group, person=request.user)
    if request.method == "POST" and form.is_valid():
        said = form.settings()
        link = tried(form, None, lambda: make_link(group, by=request.user, via="web", **said))
        if link is not None:
            messages.success(request, _("Here is your link. Give it to those whom you want here."))
            return redirect(f"{reverse('manage_links', args=[group.slug])}#link-{link.pk}")
    plain = group.invitation_links.filter(move=None)  # that of a move stands on a page of its own
    links = plain.select_related("made_by", "role").prefetch_related("subgroups")
    still = set(open_links(group).values_list("pk", flat=True))
    context: dict[str, Any] = around(request, group, "manage") | {
        "station": "joining",
        "part": "links",
        "form": form,
        "site": settings.SITE,
        "links": [{"link": one, "is_open": one.pk in still} for one in links.order_by("closed_at", "-pk")[:A_PAGE]],
    }
    return render(request, "groups/manage_links.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def link_close(request: SignedIn, link_id: int) -> HttpResponse:
    known = InvitationLink.objects.filter(group__in=Group.objects.visible_to(request.user))
    link = get_object_or_404(known.select_related("group"), pk=link_id)
    if not can_manage_members(request.user, link.group):
        raise Http404
    close_link(link, by=request.user, via="web")
    messages.success(request, _("Nobody comes in by this link any more."))
    return redirect("manage_links", slug=link.group.slug)


def join_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Who has the link may come in, as themselves: strangers sign in or sign up first, and are led back here."""
    found = InvitationLink.objects.select_related("group", "made_by", "role").filter(group__merged_into=None)
    link = get_object_or_404(found, token=token)
    person = reader(request)
    if person is not None and is_member(person, link.group):
        return redirect(link.group)
    if link.group.closed_at or not open_links(link.group).filter(pk=link.pk).exists():
        return render(request, "groups/link_over.html", {"link": link}, status=410)
    form = FieldsForm(request.POST if request.method == "POST" else None, group=link.group)
    refusal = ""
    if request.method == "POST" and person is not None and form.is_valid():
        try:
            come_by(link, person=person, values=form.values(), via="web")
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("You are a member of %(name)s now.") % {"name": link.group.name})
            return redirect(link.group)
    with timezone.override(link.group.time_zone):
        status = 422 if form.errors or refusal else 200
        return render(request, "groups/join_by_link.html", _landing(link, request, form, refusal), status=status)


def _landing(link: InvitationLink, request: HttpRequest, form: FieldsForm, refusal: str) -> dict[str, Any]:
    person = reader(request)
    return {
        "link": link,
        "group": link.group,
        "person": person,
        "form": form,
        "refusal": refusal,
        "member_count": link.group.memberships.current().count(),
        "subgroups": link.subgroups.filter(closed_at=None, merged_into=None).order_by("name"),
        "lacks_address": bool(link.domain and person and not has_proven_at(person, link.domain)),
    }
