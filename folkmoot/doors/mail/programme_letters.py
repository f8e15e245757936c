"""What we write to those whom a meeting needs: who is asked to speak, and who to say whether the minutes are right."""

from django.conf import settings
from django.urls import reverse

from folkmoot.accounts.models import Person
from folkmoot.doors.mail import addresses, letters
from folkmoot.doors.mail.invitations import copies
from folkmoot.doors.mail.invitations.queue import address_of
from folkmoot.meetings.models import AgendaItem, Meeting, Minutes
from folkmoot.outbox.models import Event


def talk_scheduled(event: Event) -> None:
    """Ask whoever is to speak, unless they have said yes by now."""
    found = AgendaItem.objects.select_related("meeting__group", "meeting__venue", "proposal__speaker")
    item = found.filter(pk=event.subject_id, confirmed_at=None, meeting__cancelled_at=None).first()
    if item is not None and item.proposal is not None and item.proposal.speaker is not None:
        url = item.meeting.get_absolute_url()
        _write("talk_scheduled", item.meeting, item.proposal.speaker, {"item": item, "url": url}, event)


def minutes_submitted(event: Event) -> None:
    """Ask each who has not answered whether the minutes are right."""
    found = Minutes.objects.select_related("meeting__group", "meeting__venue")
    minutes = found.filter(pk=event.subject_id, published_at=None).exclude(submitted_at=None).first()
    if minutes is None:
        return
    url = reverse("minutes", args=[minutes.meeting_id])
    for one in minutes.approvals.filter(approved_at=None, objection="").select_related("person").order_by("pk"):
        _write("minutes_submitted", minutes.meeting, one.person, {"url": url}, event)


def _write(template: str, meeting: Meeting, reader: Person, context: dict[str, object], event: Event) -> None:
    """Write once for an event, however often its delivery is tried, to who may hear of the meeting."""
    to = address_of(reader, meeting.group) if copies.may_be_written_to(reader, meeting) else None
    if to is None:
        return
    context |= {"meeting": meeting, "group": meeting.group, "reader": reader, "site": settings.SITE}
    context |= {"facts": copies.facts(meeting, comes=False)}
    sender = addresses.of_group(meeting.group, "owner")
    key = f"{event.pk}:{to}"[:100]
    letters.write(template, context, to=to, sender_name=meeting.group.name, sender=sender, key=key)
