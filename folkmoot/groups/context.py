"""What waits for whoever runs the group of a page, for the count beside its name."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from folkmoot.accounts.http import reader
from folkmoot.groups import todo
from folkmoot.groups.http import OF_PAGE
from folkmoot.groups.rules import permissions_in


def todo_count(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """Counted only where a template shows it, which is to those who manage the group."""
    return {"todo_count": SimpleLazyObject(lambda: _waiting(request))}


def _waiting(request: HttpRequest) -> int:
    group = request.META.get(OF_PAGE)
    return sum(todo.counts(group, permissions_in(group, reader(request))).values()) if group else 0
