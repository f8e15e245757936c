"""How many letters a network may make us write to whoever it names."""

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.http import HttpRequest

from folkmoot.accounts import puzzles


def may_ask(request: HttpRequest, action: str, rate: str) -> bool:
    """Whether one more letter may be asked for from a network."""
    there = puzzles.network(str(get_adapter().get_client_ip(request)))
    return ratelimit.consume(request, app="mail", action=action, config={action: rate}, key=there) is not None
