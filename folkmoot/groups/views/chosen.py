"""What is done to several members at once, and its undoing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.http import managed
from folkmoot.groups.models import Group, Membership, MembershipQuerySet, Role, RoleGrant
from folkmoot.groups.operations import (
    assign,
    give_role_back,
    grant_role,
    remove_member,
    restore_member,
    revoke_role,
)
from folkmoot.groups.rules import can_assign, can_change_roles, can_manage_members
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import key_of

MOST = 100  # as many as a page shows
VIA = "web"


@login_required
@require_POST
@managed("members.manage")
def removed(request: SignedIn, group: Group) -> HttpResponse:
    """Remove those who are ticked; who can't be is named."""
    done = _each(request, _ticked(request, group), lambda one: remove_member(one, by=request.user, via=VIA))
    if done:
        words = ngettext(
            "%(n)d person is not a member any more. What they wrote stays.",
            "%(n)d people are not members any more. What they wrote stays.",
            len(done),
        )
        _tell(request, words, done, undo=("members_restored", group.slug))
    return _back(request, group)


@login_required
@require_POST
@managed("members.manage")
def restored(request: SignedIn, group: Group, keys: str) -> HttpResponse:
    """Undo it: they are members again, with the roles they had."""
    gone = _chosen(group.memberships.filter(left_at__isnull=False), keys.split("-"))
    done = _each(request, gone, lambda one: restore_member(one, by=request.user, via=VIA))
    _tell(request, ngettext("%(n)d person is a member again.", "%(n)d people are members again.", len(done)), done)
    return _back(request, group)


@login_required
@require_POST
@managed("members.manage")
def given_role(request: SignedIn, group: Group) -> HttpResponse:
    """Give a role to those who are ticked, for good; who carries it keeps it as it is."""
    role = _role(request, group, request.POST.get("role", ""))
    ticked = _ticked(request, group)
    carrying = set(RoleGrant.objects.filter(role=role, membership__in=ticked).values_list("membership", flat=True))
    others = [one for one in ticked if one.pk not in carrying]
    done = _each(request, others, lambda one: grant_role(one, role=role, by=request.user, via=VIA))
    if ticked and not others:
        messages.info(request, _("They all carry it already."))
    words = ngettext("%(n)d person carries a role: %(role)s.", "%(n)d people carry a role: %(role)s.", len(done))
    _tell(request, words, done, undo=("members_role_ungiven", group.slug, role.pk), role=role.label)
    return _back(request, group)


@login_required
@require_POST
@managed("members.manage")
def ungiven_role(request: SignedIn, group: Group, role_id: int, keys: str) -> HttpResponse:
    """Undo it."""
    return _take_role(request, group, _role(request, group, str(role_id)), _chosen(_here(group), keys.split("-")))


@login_required
@require_POST
@managed("members.manage")
def taken_role(request: SignedIn, group: Group) -> HttpResponse:
    """Take a role from those who are ticked."""
    return _take_role(request, group, _role(request, group, request.POST.get("role", "")), _ticked(request, group))


@login_required
@require_POST
@managed("members.manage")
def given_back_role(request: SignedIn, group: Group, role_id: int, keys: str) -> HttpResponse:
    """Undo that it was taken: they carry it for the term that they had."""
    role = _role(request, group, str(role_id))
    chosen = _chosen(_here(group), keys.split("-"))
    done = _each(request, chosen, lambda one: give_role_back(one, role=role, by=request.user, via=VIA))
    words = ngettext("%(n)d person carries a role: %(role)s.", "%(n)d people carry a role: %(role)s.", len(done))
    _tell(request, words, done, role=role.label)
    return _back(request, group)


@login_required
@require_POST
@managed("members.manage")
def assigned(request: SignedIn, group: Group) -> HttpResponse:
    """Put those who are ticked into a subgroup."""
    below = _subgroup(request, group, can_assign)
    made: list[Membership] = []
    _each(request, _ticked(request, group), lambda one: made.append(assign(one, to=below, by=request.user, via=VIA)))
    words = ngettext("%(n)d person is in %(group)s now.", "%(n)d people are in %(group)s now.", len(made))
    _tell(request, words, made, undo=("members_unassigned", below.slug), group=below.name)
    return _back(request, group)


@login_required
@require_POST
@managed("members.manage")
def unassigned(request: SignedIn, group: Group, keys: str) -> HttpResponse:
    """Undo it: of the subgroup they are members no longer."""
    return _take_out(request, group, _chosen(_here(group), keys.split("-")), back=group)


@login_required
@require_POST
@managed("members.manage")
def taken_out(request: SignedIn, group: Group) -> HttpResponse:
    """Take those who are ticked out of a subgroup; in this group they stay."""
    below = _subgroup(request, group, can_manage_members)
    people = [one.person_id for one in _ticked(request, group)]
    there = _here(below).filter(person__in=people).select_related("person", "group")
    return _take_out(request, below, list(there.by_name()), back=group)


def _take_role(request: SignedIn, group: Group, role: Role, chosen: list[Membership]) -> HttpResponse:
    carrying = set(RoleGrant.objects.filter(role=role, membership__in=chosen).values_list("membership", flat=True))
    carriers = [one for one in chosen if one.pk in carrying]
    done = _each(request, carriers, lambda one: revoke_role(one, role=role, by=request.user, via=VIA))
    if chosen and not carriers:
        messages.info(request, _("Nobody of them carries it."))
    words = ngettext(
        "%(n)d person does not carry a role any more: %(role)s.",
        "%(n)d people do not carry a role any more: %(role)s.",
        len(done),
    )
    _tell(request, words, done, undo=("members_role_given_back", group.slug, role.pk), role=role.label)
    return _back(request, group)


def _take_out(request: SignedIn, below: Group, members: list[Membership], *, back: Group) -> HttpResponse:
    done = _each(request, members, lambda one: remove_member(one, by=request.user, via=VIA))
    if not members:
        messages.info(request, _("Nobody of them is in %(group)s.") % {"group": below.name})
    words = ngettext(
        "%(n)d person is not in %(group)s any more.", "%(n)d people are not in %(group)s any more.", len(done)
    )
    _tell(request, words, done, undo=("members_restored", below.slug), group=below.name)
    return _back(request, back)


def _role(request: SignedIn, group: Group, said: str) -> Role:
    number = key_of(said)
    role = get_object_or_404(group.roles.filter(audience=Role.Audience.GRANTED).select_related("group"), pk=number)
    if not can_change_roles(request.user, group):
        raise Http404
    return role


def _subgroup(request: SignedIn, group: Group, may: Callable[[Any, Group], bool]) -> Group:
    """A group below whose members the person changes; any other there is not."""
    said = request.POST.get("subgroup", "")
    number = key_of(said)
    below = Group.objects.visible_to(request.user).filter(reaching__above=group).exclude(pk=group.pk)
    found = get_object_or_404(below.select_related("parent"), pk=number)
    if not may(request.user, found):
        raise Http404
    return found


def _here(group: Group) -> MembershipQuerySet:
    return Membership.objects.current().filter(group=group)


def _ticked(request: SignedIn, group: Group) -> list[Membership]:
    chosen = _chosen(_here(group), request.POST.getlist("member"))
    if not chosen:
        messages.info(request, _("Nobody was chosen."))
    return chosen


def _chosen(memberships: MembershipQuerySet, keys: list[str]) -> list[Membership]:
    """Load those named that are the group's; others are as if they were not there."""
    named = [key_of(key) for key in keys[:MOST]]
    found = memberships.filter(pk__in=named)
    return list(found.select_related("person", "group", "address").order_by("person__name", "pk"))


def _each(request: SignedIn, chosen: list[Membership], act: Callable[[Membership], object]) -> list[Membership]:
    """Do it to each, and name those to whom it can't be done. Returns the others."""
    done = []
    for one in chosen:
        try:
            act(one)
        except Refused as refusal:
            messages.warning(request, f"{one.person.name}: {refusal}")
        else:
            done.append(one)
    return done


def _tell(request: SignedIn, words: str, done: list[Membership], *, undo: tuple[Any, ...] = (), **names: Any) -> None:
    """Say to how many it was done, with the way back."""
    if not done:
        return
    name, *args = undo or ("",)
    keys = "-".join(str(one.pk) for one in done)
    tags = f"undo:{reverse(name, args=[*args, keys])}" if name else ""
    messages.success(request, words % {"n": len(done), **names}, extra_tags=tags)


def _back(request: SignedIn, group: Group) -> HttpResponse:
    """To the table, narrowed as it was."""
    narrowed = request.POST.get("narrowed", "")[:500]
    address = reverse("manage_members", args=[group.slug])
    return HttpResponseRedirect(f"{address}?{narrowed}" if narrowed else address)
