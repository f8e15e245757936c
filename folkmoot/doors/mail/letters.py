"""Letters to one person: written into a queue in the transaction of their reason, sent by the worker."""

from datetime import timedelta
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.timezone import now

from folkmoot.accounts.language import speaking
from folkmoot.accounts.models import Person
from folkmoot.accounts.queries import the_installation
from folkmoot.doors.mail import transport
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.doors.mail.transport import Copy, Sheet, Transport
from folkmoot.kit import plaintext
from folkmoot.kit.msgid import new_message_id
from folkmoot.kit.text import one_line
from folkmoot.store import wake
from folkmoot.store.lanes import lane

BATCH = 50
PATIENCE = timedelta(days=2)


def write(
    template: str,
    context: dict[str, Any],
    *,
    to: str,
    sender_name: str = "",
    sender: str = "",
    key: str | None = None,
    answers: str = "",
    most_a_day: int = 0,
    stop: str = "",
) -> None:
    """Queue a letter made from `mail/letters/<template>.txt`, whose first line is the subject.

    A reply goes to `sender`. A second letter of the same key is not written, nor one more of its kind than
    `most_a_day` to the same address, for what a stranger can make us write. `stop` is where a POST ends such letters.
    """
    if most_a_day and has_had(to, template, most_a_day):
        return
    with speaking(Person.objects.known_at(to)):
        subject, body, html = _words(template, context)
    message = EmailMessage(policy=policy.SMTP)
    message["Message-ID"] = new_message_id(settings.HOST)
    message["Date"] = format_datetime(now())
    message["From"] = Address(
        one_line(sender_name or str(the_installation())), addr_spec=sender or f"postmaster@{settings.HOST}"
    )
    message["To"] = Address(addr_spec=to)
    message["Subject"] = one_line(subject)
    message["Auto-Submitted"] = "auto-generated" if not answers else "auto-replied"
    if stop:
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if answers:
        message["In-Reply-To"] = message["References"] = answers
    message.set_content(body, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    queue(message, to=to, kind=template, key=key)


def _words(template: str, context: dict[str, Any]) -> tuple[str, str, str]:
    """Return subject, text and HTML of a letter, in the language of the moment."""
    text = render_to_string(f"mail/letters/{template}.txt", {"site": settings.SITE, "host": settings.HOST, **context})
    subject, _, body = text.strip().partition("\n")
    body = body.strip() + "\n"
    return (
        subject,
        body,
        render_to_string("mail/note_letter.html", {"html": plaintext.to_html(body), "subject": subject}),
    )


def has_had(address: str, kind: str, most: int) -> bool:
    """Whether an address got so many letters of a kind since yesterday, from all groups together."""
    since = OutgoingLetter.objects.filter(recipient=address, kind=kind, made_at__gt=now() - timedelta(days=1))
    return since.count() >= most


def queue(message: EmailMessage, *, to: str, kind: str, key: str | None = None) -> None:
    """Queue a letter that is written already."""
    row = OutgoingLetter(kind=kind, key=key, recipient=to, raw=message.as_bytes(policy=policy.SMTP))
    OutgoingLetter.objects.bulk_create([row], ignore_conflicts=key is not None)
    wake.announce()


def send_waiting(way_out: Transport) -> bool:
    """Send the letters that are due. False when there is none."""
    due = OutgoingLetter.objects.filter(sent_at=None, given_up_at=None, due_at__lte=now())
    if not due.exists():
        return False
    with lane("letters-out") as is_ours:
        letters = list(due.order_by("due_at")[:BATCH]) if is_ours else []
        copies = [Copy(sender=one.sender, recipient=one.recipient, sheet=Sheet(bytes(one.raw))) for one in letters]
        for letter, answer in zip(letters, way_out.send(copies), strict=True):
            _note(letter, answer)
    return bool(letters)


def _note(letter: OutgoingLetter, answer: transport.Answer) -> None:
    row = OutgoingLetter.objects.filter(pk=letter.pk)
    if answer.status == transport.SENT:
        row.update(sent_at=now(), error="")
        return
    is_over = answer.status == transport.REFUSED or letter.made_at < now() - PATIENCE
    pause = timedelta(seconds=min(30 * 2**letter.attempts, 60 * 60))
    row.update(
        attempts=letter.attempts + 1,
        due_at=now() + pause,
        error=answer.words,
        given_up_at=now() if is_over else None,
    )
