"""Expected refusals. Each door turns them into its own language."""

from typing import Any

from django.core.exceptions import PermissionDenied


class Refused(Exception):
    """The request can't be done; the message is meant for the person who asked."""


class NotAllowed(Refused, PermissionDenied):
    """The person may not do this."""


def require(allowed: bool, message: Any) -> None:
    """Go on only where it is allowed; raise NotAllowed with words for the person otherwise."""
    if not allowed:
        raise NotAllowed(message)
