from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.groups.fields import fields_seen_by, shown
from folkmoot.groups.forms import PeopleForm
from folkmoot.groups.http import around, managed, of_group
from folkmoot.groups.listing import Narrowing, Status, Trouble, listed, page_of, roles_carried
from folkmoot.groups.models import (
    Application,
    Group,
    Invitation,
    MemberField,
    Membership,
    MembershipQuerySet,
    MemberValue,
    Role,
    Side,
)
from folkmoot.groups.operations import add_member, decide, invite, make_member, make_owner, remove_member
from folkmoot.groups.rules import can_manage_members, owners_of
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.web.tables import table_file

A_PAGE = 100
MOST_SUBGROUPS = 100  # to choose from


@require_safe
@of_group
def members(request: HttpRequest, group: Group) -> HttpResponse:
    context = around(request, group, "members")
    query = request.GET.get("q", "").strip()[:100]
    can_see = "members.read" in context["permissions"]  # asked once, not of each of 100,000 rows
    visible = _listed(group.memberships.all() if can_see else group.memberships.none(), query)
    visible = visible.prefetch_related(_values(fields_seen_by(group, reader(request))))
    page = Paginator(visible, A_PAGE).get_page(request.GET.get("page"))
    for one in page:
        one.said = [(value.field.label, shown(value.field, value.value)) for value in one.seen]
    context |= {
        "query": query,
        "page": page,
        "duties": group.responsibilities.current().filter(holder__isnull=False).with_people().order_by("name", "pk"),
        "can_see": can_see,
        "can_manage_members": "members.manage" in context["permissions"],
    }
    return render(request, "groups/members.html", context)


@login_required
@managed("members.manage")
def manage_members(request: SignedIn, group: Group) -> HttpResponse:
    form = PeopleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _take(request, group, form)
        return redirect("manage_members", slug=group.slug)
    narrowing = Narrowing.of(request.GET)
    context: dict[str, Any] = around(request, group, "manage")
    with_addresses = "members.addresses" in context["permissions"]
    number = request.GET.get("page")
    context |= {
        "station": "members",
        "form": form,
        "narrowing": narrowing,
        "sides": Side.choices,
        "statuses": Status.choices,
        "troubles": Trouble.choices,
        **_to_choose(request, group),
        "can_see_addresses": with_addresses,
        "only_owner": _only(owners_of(group)),
        "page": page_of(group, narrowing, with_addresses=with_addresses, number=number, size=A_PAGE),
        "applications": group.applications.filter(decided_at=None).select_related("person").order_by("asked_at"),
        "invitations": Invitation.objects.open().filter(group=group).order_by("-invited_at")[:A_PAGE],
    }
    return render(request, "groups/manage_members.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
@managed("members.addresses")
def members_file(request: SignedIn, group: Group) -> HttpResponse:
    """The members that the table shows, narrowed as it is."""
    return table_file(f"{group.slug}-members", _rows(request, group))


def _rows(request: SignedIn, group: Group) -> Iterator[list[str]]:
    """One after the other: a group may have a hundred thousand."""
    fields = list(fields_seen_by(group, request.user))
    head = ["name", "address", "role", "mail", "since", "handle", "side", "organization", "status", "arrived"]
    yield [*head, *(one.key for one in fields)]
    found: QuerySet[Any, Any] = listed(group, Narrowing.of(request.GET), with_addresses=True)
    found = found.order_by("-is_owner", "person__name", "pk").prefetch_related(roles_carried(), _values(fields))
    for one in found.iterator(chunk_size=2000):
        said = {value.field_id: value.value for value in one.seen}
        yield [*_cells(one), *(said.get(field.pk, "") for field in fields)]


@login_required
@require_POST
def application_accept(request: SignedIn, application_id: int) -> HttpResponse:
    return _decide(request, application_id, is_accepted=True)


@login_required
@require_POST
def application_refuse(request: SignedIn, application_id: int) -> HttpResponse:
    return _decide(request, application_id, is_accepted=False)


@login_required
@require_POST
def owner(request: SignedIn, membership_id: int) -> HttpResponse:
    member = _membership(request, membership_id)
    make_owner(member, by=request.user, via="web")
    messages.success(request, _("%(name)s is an owner now.") % {"name": member.person.name})
    return redirect("manage_members", slug=member.group.slug)


@login_required
@require_POST
def owner_remove(request: SignedIn, membership_id: int) -> HttpResponse:
    member = _membership(request, membership_id)
    make_member(member, by=request.user, via="web")
    messages.success(request, _("%(name)s is a member like others now.") % {"name": member.person.name})
    return redirect("manage_members", slug=member.group.slug)


@login_required
@require_POST
def member_remove(request: SignedIn, membership_id: int) -> HttpResponse:
    member = _membership(request, membership_id)
    remove_member(member, by=request.user, via="web")
    messages.success(
        request, _("%(name)s is not a member any more. What they wrote stays.") % {"name": member.person.name}
    )
    return redirect("manage_members", slug=member.group.slug)


def _only(members: MembershipQuerySet) -> int | None:
    """The key of the one that there is, if there is no other."""
    keys = list(members.values_list("pk", flat=True)[:2])
    return keys[0] if len(keys) == 1 else None


def _to_choose(request: SignedIn, group: Group) -> dict[str, Any]:
    """The roles and subgroups by which the table is narrowed, and those that are given and filled from it."""
    roles = list(group.roles.filter(audience=Role.Audience.GRANTED).order_by("pk"))
    below = Group.objects.visible_to(request.user).filter(reaching__above=group).exclude(pk=group.pk)
    return {"roles": roles, "subgroups": list(below.order_by("name", "pk")[:MOST_SUBGROUPS])}


def _cells(one: Any) -> list[str]:
    """What the file says of a member, who came with what `listed` adds."""
    role = ", ".join(grant.role.name for grant in one.grants.all()) or "member"
    company = one.organization.name if one.organization else ""
    cells = [one.person.name, one.mail_address or "", role, one.mail, f"{one.joined_at:%Y-%m-%d}"]
    return [*cells, one.person.handle, one.side, company, one.status, one.arrived_by]


def _values(fields: Iterable[MemberField]) -> "Prefetch[Any]":
    """What members say in these fields, as `seen`."""
    rows = MemberValue.objects.filter(field__in=[one.pk for one in fields]).select_related("field")
    return Prefetch("values", rows.order_by("field__position", "field"), to_attr="seen")


def _listed(memberships: MembershipQuerySet, query: str) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = memberships.current().select_related("person", "organization").with_owners()
    if query:
        found = found.filter(person__name__icontains=query)
    return found.order_by("-is_owner", "person__name", "pk")


def _take(request: SignedIn, group: Group, form: PeopleForm) -> None:
    """Invite or add each of them; who can't be taken is named, and the others are taken."""
    done = 0
    for name, address in form.cleaned_data["people"]:
        try:
            if form.cleaned_data["how"] == "add":
                add_member(group, address=address, name=name, by=request.user, via="web")
            else:
                invite(group, address=address, name=name, by=request.user, via="web")
            done += 1
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.warning(request, str(refusal))
    if done and form.cleaned_data["how"] == "add":
        words = ngettext("%(n)d person is a member now.", "%(n)d people are members now.", done)
        messages.success(request, words % {"n": done})
    elif done:
        words = ngettext("%(n)d invitation is on its way.", "%(n)d invitations are on their way.", done)
        messages.success(request, words % {"n": done})


def _decide(request: SignedIn, application_id: int, *, is_accepted: bool) -> HttpResponse:
    reason = request.POST.get("reason", "")
    waiting = Application.objects.filter(group__in=Group.objects.visible_to(request.user))
    application = get_object_or_404(waiting.select_related("group", "person"), pk=application_id)
    if not can_manage_members(request.user, application.group):
        raise Http404
    decide(application, is_accepted=is_accepted, reason=reason, by=request.user, via="web")
    name = application.person.name
    words = _("%(name)s is a member now.") if is_accepted else _("%(name)s gets a letter that says no.")
    messages.success(request, words % {"name": name})
    return redirect("manage_members", slug=application.group.slug)


def _membership(request: SignedIn, membership_id: int) -> Membership:
    current = Membership.objects.visible_to(request.user).current().select_related("group", "person")
    found = get_object_or_404(current, pk=membership_id)
    if not can_manage_members(request.user, found.group):
        raise Http404
    return found
