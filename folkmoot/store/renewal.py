"""Connections of long-lived processes."""

import time
from threading import local

from django.db import close_old_connections, connections

LOOK_EVERY = 1.0  # seconds; each look costs a question to the server

_looked = local()


def renew_connections() -> None:
    """Let go of connections that no longer work, before the next work; looked at now and then, and after errors."""
    stumbled = any(one.errors_occurred for one in connections.all(initialized_only=True))
    if stumbled or time.monotonic() >= getattr(_looked, "next", 0.0):
        close_old_connections()
        _looked.next = time.monotonic() + LOOK_EVERY
