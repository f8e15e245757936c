"""Meetings, the letters about them, and what a calendar program makes of these."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.utils.timezone import now

from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.doors.mail import transport
from folkmoot.doors.mail.models import CalendarCopy
from folkmoot.doors.mail.tests.at_the_door import arrive, gone_out
from folkmoot.kit import ical
from folkmoot.meetings.operations import plan_meeting
from folkmoot.outbox.relay import drain


def plan(group, by, **particulars):
    starts = (now() + timedelta(days=9)).replace(tzinfo=None, second=0, microsecond=0)
    what = {"title": "Autumn meeting", "room": "Town hall", "about": "Bring *cake*.", "zone": "Europe/Berlin"}
    return plan_meeting(group, by=by, via="web", **{"starts": starts, **what, **particulars})


def letters():
    """What goes out now, by whom it goes to; what is to wait a moment waits no longer."""
    gone = gone_out()
    CalendarCopy.objects.filter(due_at__gt=now()).update(due_at=now())
    gone += gone_out()
    return [(copy.recipient, message_from_bytes(copy.letter, policy=policy.default)) for copy in gone]


def to(person, those):
    return [message for recipient, message in those if recipient == person.addresses.get().email]


def entry(message):
    """The one entry of the calendar that a letter carries, and the method, which the part says too."""
    part = next(one for one in message.walk() if one.get_content_type() == "text/calendar")
    calendar = ical.read(part.get_content().encode())
    (found,) = calendar.entries
    assert part["Content-Type"].params["method"] == calendar.method
    return calendar.method, found


def calendar_of(message):
    return next(one for one in message.walk() if one.get_content_type() == "text/calendar").get_content()


def reply_to(invitation, participation="ACCEPTED", *, method="REPLY", said_at=None, **lines):
    """The calendar that a program answers an invitation with."""
    text = re.sub(r"\r?\n[ \t]", "", calendar_of(invitation)).replace("METHOD:REQUEST", f"METHOD:{method}")
    text = re.sub(r"PARTSTAT=[A-Z-]+;RSVP=TRUE", f"PARTSTAT={participation}", text)
    stamp = (said_at or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    text = re.sub(r"DTSTAMP:\w+", f"DTSTAMP:{stamp}", text)
    more = "".join(f"{name.replace('_', '-')}:{value}\n" for name, value in lines.items())
    return text.replace("END:VEVENT", more + "END:VEVENT")


def answer_letter(calendar, invitation, *, sender="ann@example.org", message_id="<a@example.org>", to="", **head):
    """A letter as a calendar program sends it, to the organizer of the invitation."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["Message-ID"] = sender, message_id
    message["To"] = to or invitation["Reply-To"].addresses[0].addr_spec
    message["Subject"] = "Accepted"
    for name, value in head.items():
        message[name.replace("_", "-")] = value
    message.set_content("Ann has accepted.")
    method = re.search(r"METHOD:(\w+)", calendar)[1]
    message.add_alternative(calendar.encode(), "text", "calendar", params={"method": method, "charset": "utf-8"})
    return message


def send_back(message, *, sender="ann@example.org"):
    return arrive(message.as_bytes(), to=message["To"].addresses[0].addr_spec, sender=sender)


def carry():
    """Tell of all that happened, and of what comes of that."""
    while drain(SUBSCRIBERS):
        pass


class Picky:
    """A mail server that takes some letters and not others, while something happens."""

    def __init__(self, statuses, meanwhile=lambda: None):
        self.statuses, self.meanwhile = statuses, meanwhile

    def send(self, copies):
        self.meanwhile()
        return [transport.Answer(self.statuses.get(copy.recipient, transport.SENT)) for copy in copies]

    def close(self):
        pass
