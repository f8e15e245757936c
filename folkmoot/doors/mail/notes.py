"""What we write to one person, and when. The words are in templates/mail/letters."""

from collections.abc import Sequence
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import PersonExport
from folkmoot.conversations.models import Report
from folkmoot.doors.mail import addresses, letters
from folkmoot.doors.mail.invitations.copies import facts
from folkmoot.doors.mail.models import Confirmation
from folkmoot.groups.models import Application, Group, Invitation, Membership
from folkmoot.groups.receipts import receipt
from folkmoot.kit.mime import Letter
from folkmoot.kit.msgid import new_message_id
from folkmoot.kit.text import one_line
from folkmoot.outbox.models import Event

A_DAY = 5  # letters of one kind that anybody can make us write to an address
HANDED_ON_A_DAY = 100
MOST_HANDED_ON = 1024 * 1024  # bytes of a letter that go along as they came


def question(asked: Confirmation) -> None:
    """Ask an address whether it means it; a reply to the letter is a yes."""
    sender = addresses.of_group(asked.group, f"confirm-{asked.token}")
    context: dict[str, object] = {"group": asked.group, "asked": asked}
    if asked.meeting is not None:
        context["facts"] = facts(asked.meeting, comes=False)
    name = asked.group.name
    letters.write(f"confirm_{asked.kind}", context, to=asked.address, sender_name=name, sender=sender, most_a_day=A_DAY)


def welcome(asked: Confirmation) -> None:
    _about_group("welcome", asked.group, to=asked.address)


def goodbye(asked: Confirmation) -> None:
    _about_group("goodbye", asked.group, to=asked.address)


def help_about(group: Group, to: str, *, answers: str) -> None:
    _about_group("help", group, to=to, answers=answers)


def reported(report: Report, group: Group, *, to: str, answers: str) -> None:
    """Tell somebody that moderators look at what they reported."""
    context = {"group": group, "url": addresses.archived_at(report.post) if report.post else ""}
    sender = addresses.of_group(group, "owner")
    letters.write("reported", context, to=to, sender_name=group.name, sender=sender, answers=answers, most_a_day=A_DAY)


def refusal(letter: Letter, words: str, *, at: str, is_proven: bool) -> None:
    """Tell somebody we know why their letter was not posted; what it said goes back only to its proven sender."""
    context = {"words": words, "at": at, "subject": one_line(letter.subject) if is_proven else ""}
    context["body"] = letter.body[:4000] if is_proven else ""
    letters.write("refusal", context, to=letter.sender.address, answers=letter.message_id, most_a_day=A_DAY)


def answer_refused(letter: Letter, words: str, *, at: str) -> None:
    """Tell somebody we know why their answer to a meeting does not count."""
    context = {"words": words, "at": at}
    letters.write("answer_refused", context, to=letter.sender.address, answers=letter.message_id, most_a_day=A_DAY)


def hand_on(letter: Letter, raw: bytes, *, to: Sequence[str], at: str) -> None:
    """Hand a letter to those whose duty it is: ours around the original, so that nobody's signature breaks."""
    message = EmailMessage(policy=policy.SMTP)
    message["Message-ID"] = new_message_id(settings.HOST)
    message["Date"] = format_datetime(now())
    message["From"] = Address(_("%(name)s to %(at)s") % {"name": one_line(letter.sender.name), "at": at}, addr_spec=at)
    if letter.sender.address.isascii() and "@" in letter.sender.address:
        message["Reply-To"] = letter.sender.address
    message["Subject"] = one_line(letter.subject)[:200]
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body + "\n", cte="quoted-printable")
    if len(raw) <= MOST_HANDED_ON:
        message.add_attachment(raw, maintype="application", subtype="octet-stream", filename="letter.eml")
    for recipient in to:
        if not letters.has_had(recipient, "handed_on", HANDED_ON_A_DAY):
            letters.queue(message, to=recipient, kind="handed_on")


def member_invited(event: Event) -> None:
    """Send the invitation; sent again when somebody invites again."""
    invitation = Invitation.objects.select_related("group", "invited_by").filter(pk=event.subject_id).first()
    if invitation is None or invitation.answered_at:
        return
    _write_to_member("invitation", invitation.group, {"invitation": invitation}, invitation.address, event)


def application_made(event: Event) -> None:
    """Tell those who run the group that somebody wants to join."""
    application = Application.objects.select_related("group", "person").filter(pk=event.subject_id).first()
    if application is None or application.decided_at:
        return
    for owner in _owners(application.group):
        if owner.address:
            _write_to_member("application", application.group, {"application": application}, owner.address.email, event)


def application_decided(event: Event) -> None:
    """Tell the applicant what was decided."""
    application = Application.objects.select_related("group", "person").get(pk=event.subject_id)
    address = application.person.addresses.order_by("-primary", "pk").first()
    if address:
        _write_to_member("application_decided", application.group, {"application": application}, address.email, event)


def member_added(event: Event) -> None:
    """Tell somebody whom others took in, where those wanted it so, with a link to leave again."""
    if not event.data.get("tells"):
        return
    members = Membership.objects.current().select_related("group", "address", "person")
    member = members.filter(pk=event.subject_id).first()
    if member is None or member.address is None:
        return
    leave = addresses.of_group(member.group, "leave")
    _write_to_member("added", member.group, {"member": member, "leave": leave}, member.address.email, event)


def member_left(event: Event) -> None:
    """Give whoever left on a page a receipt: one for all they left at once. Who left by letter has an answer to it."""
    if event.via == "mail" or event.data.get("with_another"):
        return
    members = Membership.objects.filter(left_at__isnull=False).select_related("group", "address", "person")
    member = members.filter(pk=event.subject_id).first()
    if member is not None and member.address is not None:
        told = {"receipt": receipt(member, event), "owner": addresses.of_group(member.group, "owner")}
        _write_to_member("left", member.group, told, member.address.email, event)


def export_ready(event: Event) -> None:
    """Tell somebody that what they asked for lies ready."""
    export = PersonExport.objects.select_related("person").filter(pk=event.subject_id).first()
    address = export and export.person.addresses.filter(verified=True).order_by("-primary", "pk").first()
    if address:
        letters.write("export_ready", {}, to=address.email, key=f"{event.pk}:{address.email}"[:100])


def _owners(group: Group) -> list[Membership]:
    managing = Membership.objects.current().filter(group=group, grants__role__permissions__name="members.manage")
    return list(managing.select_related("address"))


def _write_to_member(template: str, group: Group, context: dict[str, object], to: str, event: Event) -> None:
    """Write once for an event, however often its delivery is tried."""
    letters.write(
        template,
        {"group": group, **context},
        to=to,
        sender_name=group.name,
        sender=addresses.of_group(group, "owner"),
        key=f"{event.pk}:{to}"[:100],
    )


def _about_group(template: str, group: Group, *, to: str, answers: str = "") -> None:
    context = {"group": group, "list": addresses.of_group(group), "help": addresses.of_group(group, "help")}
    context |= {one: addresses.of_group(group, one) for one in ("leave", "report")}
    letters.write(
        template,
        context,
        to=to,
        sender_name=group.name,
        sender=addresses.of_group(group, "owner"),
        answers=answers,
        most_a_day=A_DAY,
    )
