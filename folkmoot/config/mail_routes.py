"""Which hand takes a letter, by what its address says. The first match wins."""

from folkmoot.doors.mail import approvals, dates, hands, reporting
from folkmoot.doors.mail.addresses import DUTIES, responsibility_of
from folkmoot.doors.mail.invitations import hand as invitations
from folkmoot.doors.mail.receive import Route

MAIL_ROUTES = [
    Route(lambda mark: mark.name in DUTIES, hands.duty),
    Route(lambda mark: mark.verb == "bounces", hands.bounce),
    Route(lambda mark: mark.verb == "confirm", hands.confirm),
    Route(lambda mark: mark.verb == "approve" and bool(mark.token), approvals.approval),
    Route(lambda mark: mark.verb == "dates" and bool(mark.token), dates.dates),
    Route(lambda mark: mark.verb in {"join", "subscribe"}, hands.join),
    Route(lambda mark: mark.verb in {"leave", "unsubscribe"}, hands.leave),
    Route(lambda mark: mark.verb == "owner", hands.owner),
    Route(lambda mark: mark.verb == "help", hands.help_),
    Route(lambda mark: mark.verb == "rsvp", invitations.rsvp, prepare=invitations.check_rsvp),
    Route(lambda mark: mark.verb == "report", reporting.report),
    Route(lambda mark: responsibility_of(mark) is not None, hands.responsibility),
    Route(lambda mark: True, hands.post, prepare=hands.check_post),
]
