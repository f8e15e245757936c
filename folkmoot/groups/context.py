"""What waits for whoever runs the group of a page, for the count beside its name; and that somebody looks into it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from folkmoot.accounts.http import reader
from folkmoot.groups import todo
from folkmoot.groups.deciding import permissions_in
from folkmoot.groups.http import OF_PAGE
from folkmoot.groups.models import Inspection

SEEN_AS = "folkmoot.seen_as"


def seen_as(request: HttpRequest) -> dict[str, Any]:
    """Through whose eyes the page is seen, where it is not the reader's own."""
    return {"seen_as": request.META.get(SEEN_AS)}


def todo_count(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """Counted only where a template shows it, which is to those who manage the group."""
    return {"todo_count": SimpleLazyObject(lambda: _waiting(request))}


def inspection(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """That the reader looks into the group of the page as administrator."""
    return {"inspection": SimpleLazyObject(lambda: _inspection(request))}


def _waiting(request: HttpRequest) -> int:
    group = request.META.get(OF_PAGE)
    return todo.number(group, permissions_in(group, reader(request))) if group else 0


def _inspection(request: HttpRequest) -> Inspection | None:
    group, person = request.META.get(OF_PAGE), reader(request)
    if group is None or person is None or not person.is_administrator:
        return None
    return Inspection.objects.open().filter(group=group, administrator=person).first()
