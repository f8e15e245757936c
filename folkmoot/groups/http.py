"""What all pages of a group share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from folkmoot.accounts.http import reader
from folkmoot.accounts.models import Person
from folkmoot.groups.deciding import permissions_in
from folkmoot.groups.models import Group, MailName, Membership
from folkmoot.groups.rules import is_owner
from folkmoot.store.prepared import Prepared

_BY_SLUG = Prepared(lambda slug: Group.objects.filter(slug=slug, merged_into=None), words=True)
OF_PAGE = "folkmoot.group"
Page = Callable[..., HttpResponse]


def of_group(view: Page) -> Page:
    """Load the group of the address; an old address answers 301, a group that one may not know of 404."""

    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, **more: Any) -> HttpResponse:
        group = visible(slug, reader(request))
        if group is None:
            return moved(request, slug, more, person=reader(request))
        request.META[OF_PAGE] = group  # for what is counted on every page of it
        with timezone.override(group.time_zone):
            return view(request, group, **more)

    return wrapped


def visible(slug: str, person: Person | None) -> Group | None:
    """The same as Group.objects.visible_to, without a question where the group itself says that it is no secret."""
    group = _BY_SLUG.first(slug)
    if group is None or group.visibility != Group.Visibility.HIDDEN:
        return group
    return Group.objects.visible_to(person).filter(pk=group.pk).first()


def managed(permission: str) -> Callable[[Page], Page]:
    """Load the group for those who hold the permission; nobody else learns that there is such a page."""

    def of_managed(view: Page) -> Page:
        @of_group
        @wraps(view)
        def wrapped(request: HttpRequest, group: Group, **more: Any) -> HttpResponse:
            if permission not in standing(group, reader(request)).permissions:
                raise Http404
            return view(request, group, **more)

        return wrapped

    return of_managed


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may do in a group, how they read it ("" who is no member), and how many are in it."""

    permissions: frozenset[str]
    mail: str
    members: int


def standing(group: Group, person: Person | None) -> Standing:
    """Ask once for each access_version: whatever changes who may do what, who is in the group, or how, changes it."""
    who = (person.pk, person.created_at) if person is not None else (0, group.created_at)
    about = (group.pk, group.created_at, group.access_version)
    return Standing(permissions_in(group, person), _mail(*about, *who), _members(*about))


# The times are in the keys because a test's, or a restored, database gives the same ids to others.


@lru_cache(maxsize=20_000)
def _mail(group_id: int, _made: datetime, _version: int, person_id: int, _born: datetime) -> str:
    mine = Membership.objects.current().filter(group=group_id, person=person_id).values_list("mail", flat=True)
    return next(iter(mine), "")


@lru_cache(maxsize=5_000)
def _members(group_id: int, _made: datetime, _version: int) -> int:
    return Membership.objects.current().filter(group=group_id).count()


def around(request: HttpRequest, group: Group, tab: str) -> dict[str, Any]:
    """What the head of each page of a group says."""
    person = reader(request)
    mine = standing(group, person)
    return {
        "group": group,
        "tab": tab,
        "permissions": mine.permissions,
        "can_manage": "group.manage" in mine.permissions,
        "is_owner": lambda: person is not None and is_owner(person, group),  # asked where a page shows it
        "membership": group.memberships.current().filter(person=person).first() if person else None,
        "member_count": mine.members,
        "above": above(group, person),
    }


def above(group: Group, person: Person | None) -> list[Group]:
    """The groups above one that the reader may know of, the highest first. Most groups have none: nothing is asked."""
    if group.parent_id is None:
        return []
    known = Group.objects.visible_to(person).filter(reached__below=group).exclude(pk=group.pk)
    return list(known.annotate(depth=Count("reaching")).order_by("depth"))


def moved(request: HttpRequest, slug: str, more: dict[str, Any], *, person: Person | None) -> HttpResponse:
    """Lead from a group's old address to the same page at its new one; 404 where there is none."""
    match = request.resolver_match
    named = get_object_or_404(MailName.objects.filter(local=slug).exclude(group__slug=slug))
    known = Group.objects.visible_to(person).filter(mail_names=named).first()
    if known is None or match is None or not match.view_name:
        raise Http404
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    to = reverse(match.view_name, kwargs={"slug": known.slug, **more}) + query
    return HttpResponsePermanentRedirect(to, preserve_request=request.method == "POST")
