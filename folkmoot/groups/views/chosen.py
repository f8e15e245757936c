"""What is done to several members at once, and its undoing."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.http import managed
from folkmoot.groups.models import Group, Membership, MembershipQuerySet
from folkmoot.groups.operations import remove_member, restore_member
from folkmoot.kit.errors import NotAllowed, Refused

MOST = 100  # as many as a page shows


@login_required
@require_POST
@managed("members.manage")
def removed(request: SignedIn, group: Group) -> HttpResponse:
    """Remove those who are ticked; who can't be is named."""
    chosen = _chosen(group.memberships.current(), request.POST.getlist("member"))
    done = _each(request, chosen, lambda one: remove_member(one, by=request.user, via="web"))
    if done:
        words = ngettext(
            "%(n)d person is not a member any more. What they wrote stays.",
            "%(n)d people are not members any more. What they wrote stays.",
            len(done),
        )
        undo = reverse("members_restored", args=[group.slug, "-".join(str(one.pk) for one in done)])
        messages.success(request, words % {"n": len(done)}, extra_tags=f"undo:{undo}")
    elif not chosen:
        messages.info(request, _("Nobody was chosen."))
    return redirect("manage_members", slug=group.slug)


@login_required
@require_POST
@managed("members.manage")
def restored(request: SignedIn, group: Group, keys: str) -> HttpResponse:
    """Undo it: they are members again, with the roles they had."""
    gone = _chosen(group.memberships.filter(left_at__isnull=False), keys.split("-"))
    done = _each(request, gone, lambda one: restore_member(one, by=request.user, via="web"))
    if done:
        words = ngettext("%(n)d person is a member again.", "%(n)d people are members again.", len(done))
        messages.success(request, words % {"n": len(done)})
    return redirect("manage_members", slug=group.slug)


def _chosen(memberships: MembershipQuerySet, keys: list[str]) -> list[Membership]:
    """Load those named that are the group's; others are as if they were not there."""
    named = [int(key) for key in keys[:MOST] if key.isascii() and key.isdigit() and len(key) < 19]
    found = memberships.filter(pk__in=named)
    return list(found.select_related("person", "group").order_by("person__name", "pk"))


def _each(request: SignedIn, chosen: list[Membership], act: Callable[[Membership], None]) -> list[Membership]:
    done = []
    for one in chosen:
        try:
            act(one)
            done.append(one)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.warning(request, f"{one.person.name}: {refusal}")
    return done
