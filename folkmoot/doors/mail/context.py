"""What the mail door adds to every page: how many letters wait for whoever runs its group."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from folkmoot.doors.mail.models import HeldLetter


def held(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """Counted only where a template shows it, which is to those who manage the group."""
    return {"held_count": SimpleLazyObject(lambda: _waiting(request))}


def _waiting(request: HttpRequest) -> int:
    slug = request.resolver_match.kwargs.get("slug") if request.resolver_match else None
    return HeldLetter.objects.filter(group__slug=slug, decided_at=None).count() if slug else 0
