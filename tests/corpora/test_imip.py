"""Calendar mail as real programs send it, at our own door."""

import re
from email import message_from_bytes, policy

import pytest

from folkmoot.doors.mail.invitations import by_calendar
from folkmoot.doors.mail.tests.at_the_door import arrive
from folkmoot.doors.mail.tests.meeting_mail import letters, plan, to
from folkmoot.kit import mime
from folkmoot.meetings.models import Rsvp
from tests import make

ANSWERS = {
    "android.reply.accept.eml": "yes",
    "bm4.mapi.reply.accept.eml": "yes",
    "google.reply.accept.eml": "yes",
    "google.reply.tentative.eml": "maybe",
    "ios.reply.accept.eml": "yes",
    "outlook.reply.accept.eml": "yes",
}


@pytest.fixture
def folder(corpora):
    return corpora / "imip/bluemind"


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_programs_answer_counts_once_when_it_is_to_an_invitation_of_ours(folder, name):
    ann = make.person("Ann")
    olga = make.person("Olga")
    meeting = plan(make.group(ann, owner=olga), olga)
    (invitation,) = to(ann, letters())
    raw = ours((folder / name).read_bytes(), meeting.uid)
    where = invitation["Reply-To"].addresses[0].addr_spec

    outcomes = [arrive(raw, to=where).outcome for _ in range(2)]

    assert outcomes == ["done", "done"]
    assert [(one.person, one.answer, one.via) for one in Rsvp.objects.all()] == [(ann, ANSWERS[name], "calendar")]
    assert letters() == []


def test_what_is_no_answer_changes_nothing(folder):
    ann = make.person("Ann")
    olga = make.person("Olga")
    meeting = plan(make.group(ann, owner=olga), olga)
    (invitation,) = to(ann, letters())
    where = invitation["Reply-To"].addresses[0].addr_spec
    others = sorted(path for path in folder.glob("*.eml") if path.name not in ANSWERS)

    outcomes = {path.name: arrive(ours(path.read_bytes(), meeting.uid), to=where).outcome for path in others}

    assert len(outcomes) == 12
    assert not Rsvp.objects.exists()
    assert set(outcomes.values()) <= {"refused", "done", "dropped"}, outcomes  # done: words that are said to the group


def ours(raw, uid):
    """The letter as if its program had answered an invitation of ours to Ann."""
    message = message_from_bytes(raw, policy=policy.SMTP)
    for name, value in (("From", "ann@example.org"), ("Sender", None), ("Reply-To", None)):
        del message[name]
        if value:
            message[name] = value
    for part in message.walk():
        calendar = part.get_content_type() in by_calendar.KINDS and part.get_payload(decode=True)
        if calendar:
            text = re.sub(rb"\r?\n[ \t]", b"", calendar)
            text = re.sub(rb"(?m)^UID:.*$", b"UID:" + uid.encode(), text)
            text = re.sub(rb"(?mi)^(ATTENDEE.*?mailto:)[^\r\n]*", rb"\1ann@example.org", text)
            del part["Content-Transfer-Encoding"]
            part.set_payload(text)
    return message.as_bytes()


def test_each_letter_is_read(folder):
    for path in sorted(folder.glob("*.eml")):
        assert mime.read(path.read_bytes()).sender, path
