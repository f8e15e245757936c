"""Put letters in at the door and see what comes out of it."""

from folkmoot.config.mail_routes import MAIL_ROUTES
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.doors.mail import letters, listener, mailings, transport
from folkmoot.doors.mail.invitations import sending
from folkmoot.doors.mail.models import IncomingLetter
from folkmoot.doors.mail.receive import receive_waiting
from folkmoot.outbox.relay import drain
from tests import make


class Taken(transport.MaildirTransport):
    """A way out that keeps what went, for tests to look at."""

    def __init__(self):
        self.copies = []

    def send(self, copies):
        self.copies += copies
        return [transport.Answer(transport.SENT)] * len(copies)


def arrive(raw: bytes, *, to: str = "tarn@localhost", sender: str = "ann@example.org") -> IncomingLetter:
    """Keep a letter as LMTP does and deal with it as the worker does."""
    assert listener.keep(sender, [to], raw) == [listener.KEPT]
    receive_waiting(MAIL_ROUTES)
    return IncomingLetter.objects.latest("pk")


def send(to: str = "tarn@localhost", **fields: str) -> IncomingLetter:
    return arrive(make.letter(to=to, **fields), to=to)


def gone_out() -> list[transport.Copy]:
    """All that goes out now: the copies of posts and the letters to one person."""
    drain(SUBSCRIBERS)
    way_out = Taken()
    while letters.send_waiting(way_out) or mailings.work_off(way_out) or sending.send_due(way_out):
        pass
    return way_out.copies


def text(copy: transport.Copy) -> bytes:
    return copy.letter
