"""Who carries which role: giving, taking, terms; and the group's own roles."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.carrying import by_role, denied_in
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group, Membership, Role
from folkmoot.groups.operations import give_role_back, grant_role, make_role, remove_role, rename_role, revoke_role
from folkmoot.groups.role_forms import DenialForm, GiveForm, RoleNameForm, TermForm
from folkmoot.groups.rules import can_change_roles
from folkmoot.web.forms import tried

VIA = "web"
MOST_SUGGESTED = 200  # of larger groups nobody is suggested


@login_required
@managed("roles.manage")
def manage_roles(request: SignedIn, group: Group) -> HttpResponse:
    """The page; a POST makes a role."""
    form = RoleNameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        made = tried(form, "name", lambda: make_role(group, name=name, by=request.user, via=VIA))
        if made is not None:
            words = _("%(role)s is a role now. Say in Permissions what it may do.") % {"role": made.name}
            return _done(request, made, words, undo=reverse("role_remove", args=[made.pk]))
    return roles_page(request, group, name_form=form)


@login_required
@require_POST
@managed("roles.manage")
def role_people(request: SignedIn, group: Group) -> HttpResponse:
    """Give a role to whoever is named."""
    form = _give_form(request, group, request.POST)
    if form.is_valid():
        member = group.memberships.current().select_related("person", "group").get(person=form.cleaned_data["who"])
        given = _give(request, member, form.cleaned_data["role"], form)
        if given is not None:
            return given
    return roles_page(request, group, give_form=form)


@login_required
@require_POST
def member_role(request: SignedIn, membership_id: int, role_id: int) -> HttpResponse:
    """Give a role to a member, or the term anew."""
    member, role = _pair(request, membership_id, role_id)
    form = TermForm(request.POST, group=role.group)
    if form.is_valid():
        given = _give(request, member, role, form)
        if given is not None:
            return given
    return roles_page(request, role.group, term_form=form, changing=(member.pk, role.pk))


@login_required
@require_POST
def member_role_remove(request: SignedIn, membership_id: int, role_id: int) -> HttpResponse:
    """Take a role from a member. Whoever carries it may lay it down."""
    member, role = _pair(request, membership_id, role_id, lays_down=True)
    was_carried = member.grants.filter(role=role).exists()
    revoke_role(member, role=role, by=request.user, via=VIA)
    words = _("%(name)s does not carry a role any more: %(role)s.") % {"name": member.person.name, "role": role.label}
    can_be_undone = was_carried and can_change_roles(request.user, role.group)
    return _done(request, role, words, undo=_address("member_role_back", member, role) if can_be_undone else "")


@login_required
@require_POST
def member_role_back(request: SignedIn, membership_id: int, role_id: int) -> HttpResponse:
    """Undo that a role was taken from a member, or given for another term."""
    member, role = _pair(request, membership_id, role_id)
    give_role_back(member, role=role, by=request.user, via=VIA)
    return _given(request, member, role)


@login_required
@require_POST
def role_name(request: SignedIn, role_id: int) -> HttpResponse:
    role = _role(request, role_id)
    form = RoleNameForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        if tried(form, "name", lambda: rename_role(role, name=name, by=request.user, via=VIA)) is not None:
            return _done(request, role, _("Saved."))
    return roles_page(request, role.group, renaming=role.pk, rename_form=form)


@login_required
@require_POST
def role_remove(request: SignedIn, role_id: int) -> HttpResponse:
    role = _role(request, role_id)
    name = role.label
    remove_role(role, by=request.user, via=VIA)
    return _done(request, role, _("%(role)s is no role any more.") % {"role": name})


def roles_page(request: SignedIn, group: Group, **forms: Any) -> HttpResponse:
    """The page as things are now, with the form that has to be mended as it was sent."""
    context = around(request, group, "manage")
    mine = context["permissions"]
    suggested = group.memberships.current().filter(person__is_active=True).select_related("person").by_name()
    few = context["member_count"] <= MOST_SUGGESTED and "members.read" in mine
    context |= {
        "station": "roles",
        "roles": by_role(group, request.user, mine),
        "denials": denied_in(group, request.user, mine),
        "suggested": suggested if few else [],
        "name_form": RoleNameForm(),
        "give_form": _give_form(request, group),
        "denial_form": DenialForm(group=group, mine=mine, auto_id="denial_%s"),
    }
    is_failed = any(form.errors for form in forms.values() if hasattr(form, "errors"))
    return render(request, "groups/manage_roles.html", context | forms, status=422 if is_failed else 200)


def _give_form(request: SignedIn, group: Group, sent: Any = None) -> GiveForm:
    mine = around(request, group, "manage")["permissions"]
    roles = [one.role for one in by_role(group, request.user, mine) if one.is_given and one.is_mine_to_give]
    start = {"who": request.GET.get("who", "")[:100], "role": request.GET.get("role", "")[:20]}
    return GiveForm(sent, initial=start, group=group, roles=roles)


def _pair(request: SignedIn, membership_id: int, role_id: int, *, lays_down: bool = False) -> tuple[Membership, Role]:
    """A member and a role of one group whose roles the person changes; any others there are not."""
    groups = Group.objects.visible_to(request.user)
    members = Membership.objects.current().select_related("group", "person").filter(group__in=groups)
    member = get_object_or_404(members, pk=membership_id)
    role = get_object_or_404(Role.objects.select_related("group"), pk=role_id, group=member.group)
    is_own = lays_down and member.person_id == request.user.pk
    if not (is_own or can_change_roles(request.user, role.group)):
        raise Http404
    return member, role


def _role(request: SignedIn, role_id: int) -> Role:
    visible = Role.objects.filter(group__in=Group.objects.visible_to(request.user)).select_related("group")
    role = get_object_or_404(visible, pk=role_id)
    if not can_change_roles(request.user, role.group):
        raise Http404
    return role


def _give(request: SignedIn, member: Membership, role: Role, form: TermForm) -> HttpResponse | None:
    """Give a role for the term that a form says; where that is refused, the form says why."""
    undo = "member_role_back" if member.grants.filter(role=role).exists() else "member_role_remove"
    grant = tried(form, None, lambda: grant_role(member, role=role, by=request.user, via=VIA, **form.term))
    return None if grant is None else _given(request, member, role, undo=undo)


def _address(name: str, member: Membership, role: Role) -> str:
    return reverse(name, args=[member.pk, role.pk])


def _given(request: SignedIn, member: Membership, role: Role, *, undo: str = "") -> HttpResponse:
    words = _("%(name)s carries a role: %(role)s.") % {"name": member.person.name, "role": role.label}
    return _done(request, role, words, undo=_address(undo, member, role) if undo else "")


def _done(request: SignedIn, role: Role, words: str, *, undo: str = "") -> HttpResponse:
    """Back to the page; whoever has lost it by what they did, to the group."""
    messages.success(request, words, extra_tags=f"undo:{undo}" if undo else "")
    group = Group.objects.get(pk=role.group_id)
    return redirect("manage_roles", slug=group.slug) if can_change_roles(request.user, group) else redirect(group)
