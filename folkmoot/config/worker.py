"""The worker: what is done after the fact. In three processes, so that no letter waits for a long mailing or a file."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

from django.db import close_old_connections

from folkmoot.config import exports
from folkmoot.config.clock import DUTIES
from folkmoot.config.mail_routes import MAIL_ROUTES
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.doors.mail import letters, mailings, transport
from folkmoot.doors.mail.invitations import sending as invitations
from folkmoot.doors.mail.receive import receive_waiting
from folkmoot.meetings.operations import mirror_due
from folkmoot.outbox import relay
from folkmoot.outbox.clock import tick
from folkmoot.store.wake import Waker

logger = logging.getLogger(__name__)

IDLE = 1.0  # seconds until the next look, when nobody calls
LOOK_AT_CLOCK = 20.0  # seconds
LOOK_AT_WISHES = 3.0  # seconds: nobody waits at the screen for the file of a whole group
AFTER_TROUBLE = 1.0  # seconds of rest when something of ours broke, like the database being away


def take_in(stop: threading.Event) -> None:
    """Deal with letters that came, carry events, keep the clock; until told to stop."""
    next_look = 0.0

    def once() -> bool:
        nonlocal next_look
        if time.monotonic() >= next_look:
            tick(DUTIES)
            next_look = time.monotonic() + LOOK_AT_CLOCK
        return take_in_once()

    _work(once, stop)


def send_out(stop: threading.Event) -> None:
    """Send mailings and letters; until told to stop."""
    way_out = transport.make()
    _work(lambda: send_out_once(way_out), stop)
    way_out.close()


def make_files(stop: threading.Event) -> None:
    """Make the files of whole groups, and read calendars elsewhere, which may answer late; until told to stop."""
    tried: Counter[int] = Counter()
    while not stop.wait(LOOK_AT_WISHES):
        try:
            while exports.make_package(tried):
                pass
            mirror_due()
        except Exception:
            logger.exception("the file of a group, or a calendar elsewhere, failed")
            close_old_connections()


def take_in_once() -> bool:
    """Do what is there to take in. Returns whether there was anything."""
    received = receive_waiting(MAIL_ROUTES)
    carried = relay.drain(SUBSCRIBERS)
    return bool(received) or carried


def send_out_once(way_out: transport.Transport) -> bool:
    """Send what is there to send. Returns whether there was anything."""
    sent = letters.send_waiting(way_out)
    told = invitations.send_due(way_out)
    return mailings.work_off(way_out) or mailings.try_deferred(way_out) or sent or told


def _work(once: Callable[[], bool], stop: threading.Event) -> None:
    waker: Waker | None = None
    while not stop.is_set():
        try:
            waker = waker or Waker()
            if not once():
                waker.wait(IDLE)
        except Exception:
            logger.exception("the worker stumbled")
            close_old_connections()
            waker = None
            time.sleep(AFTER_TROUBLE)
