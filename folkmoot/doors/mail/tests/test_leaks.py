"""Invitations that are handed on to the group: what they carry lets nobody else answer."""

from email.message import EmailMessage

import pytest

from folkmoot.conversations.models import Attachment
from folkmoot.doors.mail import addresses, leaks
from folkmoot.doors.mail.tests.at_the_door import arrive
from folkmoot.doors.mail.tests.meeting_mail import calendar_of, letters, plan, to
from tests import make

OTHERS = "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:a\nDTSTART:20260305T190000Z\nEND:VEVENT\nEND:VCALENDAR\n"


@pytest.fixture
def invitation(db):
    ann, olga = make.person("Ann"), make.person("Olga")
    plan(make.group(ann, owner=olga), olga)
    (message,) = to(ann, letters())
    return message


@pytest.fixture
def handed_on():
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ann@example.org", "tarn@localhost", "Fwd: Autumn meeting"
    message["Message-ID"] = "<fwd@example.org>"
    message.set_content("See what is on.")
    return message


def kept():
    return list(Attachment.objects.order_by("pk").values_list("name", flat=True))


def test_an_invitation_is_not_kept_and_the_calendar_of_others_is(invitation, handed_on):
    for kind, name in (("calendar", "invite.ics"), ("plain", "invite.txt")):
        handed_on.add_attachment(calendar_of(invitation).encode(), "text", kind, filename=name)
    handed_on.add_attachment(calendar_of(invitation).encode(), "application", "ics", filename="b.ics")
    handed_on.add_attachment(OTHERS.encode(), "text", "calendar", filename="theirs.ics")

    assert arrive(handed_on.as_bytes()).outcome == "done"

    assert kept() == ["theirs.ics"]


def test_nor_is_a_letter_that_carries_one(invitation, handed_on):
    inside = EmailMessage()
    inside["From"], inside["Subject"] = "bob@example.org", "Notes"
    inside.set_content("Nothing of ours.")
    handed_on.add_attachment(invitation)
    handed_on.add_attachment(inside)

    assert arrive(handed_on.as_bytes()).outcome == "done"

    assert len(kept()) == 1


def test_a_token_is_seen_where_a_line_is_folded_and_where_it_is_encoded(invitation):
    address = invitation["Reply-To"].addresses[0].addr_spec.encode()
    wrapped = EmailMessage()
    wrapped.add_attachment(b"ORGANIZER:mailto:" + address, "text", "calendar", filename="a.ics")

    assert leaks.holds_secrets("text/calendar", b"ORGANIZER:mailto:" + address[:13] + b"\r\n " + address[13:])
    assert address not in wrapped.as_bytes()
    assert leaks.holds_secrets("message/rfc822", wrapped.as_bytes())
    assert not leaks.holds_secrets("text/plain", b"x+r-long_names_of_things and tarn@localhost")
    assert addresses.read(address.decode()).token


def test_every_address_with_a_token_is_one():
    for verb in addresses.TOKEN_VERBS - {"bounces"}:
        address = f"tarn+{verb}-1a2b-3c4d5e@localhost"
        assert leaks.without_secrets(f"On Monday <{address}> wrote:") == f"On Monday <tarn+{verb}@localhost> wrote:"
        assert leaks.holds_secrets("message/rfc822", f"From: {address}".encode())
