"""Let go of letters when nobody needs them any more."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.timezone import now

from folkmoot.doors.mail.models import (
    CalendarCopy,
    Confirmation,
    HeldLetter,
    IncomingLetter,
    Mailing,
    OutgoingLetter,
    RawLetter,
    Speaking,
)
from folkmoot.meetings.models import Proposal

KEPT_FOR = timedelta(days=30)
HELD_FOR = timedelta(days=90)  # a held letter that nobody decided about in a season


def sweep() -> None:
    """Delete what was dealt with a month ago, and held letters that nobody wanted for three."""
    old = now() - KEPT_FOR
    HeldLetter.objects.filter(Q(decided_at__lt=old) | Q(held_at__lt=now() - HELD_FOR)).delete()
    open_ones = IncomingLetter.objects.filter(
        Q(outcome__in=[IncomingLetter.Outcome.WAITING, IncomingLetter.Outcome.FAILED]) | Q(held__isnull=False)
    )
    RawLetter.objects.filter(came_at__lt=old).exclude(pk__in=open_ones.values("letter")).delete()
    OutgoingLetter.objects.filter(made_at__lt=old).delete()
    Mailing.objects.filter(done_at__lt=old).delete()
    CalendarCopy.objects.filter(meeting__ends_at__lt=now() - HELD_FOR).delete()
    Confirmation.objects.filter(made_at__lt=old).delete()
    named = Proposal.objects.exclude(speaker_address="").values(low=Lower("speaker_address"))
    Speaking.objects.filter(stopped_at=None).exclude(address__in=named).delete()
