"""How many letters a network may make us write to whoever it names, and how many of its looks count."""

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.http import HttpRequest

from folkmoot.accounts import puzzles


def may_ask(request: HttpRequest, action: str, rate: str) -> bool:
    """Whether one more may be asked for from a network."""
    there = puzzles.network(str(get_adapter().get_client_ip(request)))
    limit = {"config": {action: rate}, "key": there, "limit_get": True}
    return ratelimit.consume(request, app="mail", action=action, **limit) is not None
