"""The matrix of who may do what; a change is looked at before it counts."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.accounts.models import Person
from folkmoot.groups import matrix
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group, Membership, Role
from folkmoot.groups.operations import allow, disallow
from folkmoot.groups.permissions import Permission, catalogue
from folkmoot.groups.rules import can_change_roles
from folkmoot.groups.why import Answer, why
from folkmoot.kit.text import key_of

MOST_NAMED = 20


@login_required
@require_safe
@managed("roles.manage")
def manage_permissions(request: SignedIn, group: Group) -> HttpResponse:
    roles = matrix.roles_of(group)
    context = around(request, group, "manage")
    mine = context["permissions"]
    context |= {
        "station": "permissions",
        "roles": roles,
        "sections": matrix.sections(group, roles, mine=mine),
        "most_named": MOST_NAMED,
    }
    return render(request, "groups/manage_permissions.html", context | _chosen(request, group, mine))


@login_required
@require_safe
@managed("roles.manage")
def manage_why(request: SignedIn, group: Group) -> HttpResponse:
    handle, name = request.GET.get("person", "").strip().removeprefix("@"), request.GET.get("permission", "")
    person = _known(request.user, group).filter(handle__iexact=handle).first() if handle else None
    permission = next((one for one in catalogue() if one.name == name), None)
    answer: Answer | None = why(person, permission.name, group) if permission and (person or not handle) else None
    context = around(request, group, "manage") | {
        "station": "permissions",
        "handle": handle,
        "person": person,
        "permission": permission,
        "answer": answer,
        "catalogue": catalogue(),
    }
    return render(request, "groups/manage_why.html", context)


@login_required
@require_POST
def role_permission(request: SignedIn, role_id: int, name: str) -> HttpResponse:
    role, permission = _cell(request, role_id, name)
    allow(role, permission=name, by=request.user, via="web")
    words = _("%(role)s: %(permission)s. Yes, from now on.") % {"role": role.label, "permission": permission.words}
    return _done(request, role, words, f"/roles/{role.pk}/permissions/{name}/remove")


@login_required
@require_POST
def role_permission_remove(request: SignedIn, role_id: int, name: str) -> HttpResponse:
    role, permission = _cell(request, role_id, name)
    disallow(role, permission=name, by=request.user, via="web")
    words = _("%(role)s: %(permission)s. No longer.") % {"role": role.label, "permission": permission.words}
    return _done(request, role, words, f"/roles/{role.pk}/permissions/{name}")


def _known(person: Person, group: Group) -> QuerySet[Person]:
    """Whom somebody may know of: who is, or was, in the group, or in another whose members they may see."""
    seen = Membership.objects.visible_to(person).current().values("person")
    return Person.objects.filter(Q(pk__in=seen) | Q(memberships__group=group), is_active=True).distinct()


def _done(request: SignedIn, role: Role, words: str, inverse: str) -> HttpResponse:
    messages.success(request, words, extra_tags=f"undo:{inverse}")
    return redirect("manage_permissions", slug=role.group.slug)


def _chosen(request: SignedIn, group: Group, mine: frozenset[str]) -> dict[str, Any]:
    """The cell that somebody looks at: what changing it would do. Nothing for one that there is not."""
    permission = next((one for one in catalogue() if one.name == request.GET.get("permission")), None)
    asked = key_of(request.GET.get("role", ""))
    role = group.roles.filter(pk=asked).first() if asked else None
    if role is None or permission is None or matrix.is_fixed(role, permission, mine):
        return {}
    return {"change": matrix.change(group, role, permission), "chosen": f"{role.pk} {permission.name}"}


def _cell(request: SignedIn, role_id: int, name: str) -> tuple[Role, Permission]:
    """A role of a group whose roles the person changes; any other there is not."""
    visible = Role.objects.filter(group__in=Group.objects.visible_to(request.user)).select_related("group")
    role = get_object_or_404(visible, pk=role_id)
    permission = next((one for one in catalogue() if one.name == name), None)
    if permission is None or not can_change_roles(request.user, role.group):
        raise Http404
    return role, permission
