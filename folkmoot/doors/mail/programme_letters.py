"""What we write to those whom a meeting needs: who is asked to speak, who writes the minutes and who approves them."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from folkmoot.accounts.models import Person
from folkmoot.doors.mail import addresses, letters
from folkmoot.doors.mail.invitations import copies
from folkmoot.doors.mail.invitations.queue import address_of
from folkmoot.meetings.framing import point_line
from folkmoot.meetings.models import AgendaItem, Approval, Meeting, Minutes
from folkmoot.meetings.rules import can_look_after
from folkmoot.outbox.models import Event

OBJECTED_A_DAY = 30  # letters to one address: who says it a hundred times is read on the page
MOST_TEXT = 30_000  # characters of minutes that stand in the question itself


def talk_scheduled(event: Event) -> None:
    """Ask whoever is to speak, unless they have said yes by now."""
    found = AgendaItem.objects.select_related("meeting__group", "meeting__venue", "proposal__speaker")
    item = found.filter(pk=event.subject_id, confirmed_at=None, meeting__cancelled_at=None).first()
    if item is not None and item.proposal is not None and item.proposal.speaker is not None:
        url = item.meeting.get_absolute_url()
        _write("talk_scheduled", item.meeting, item.proposal.speaker, {"item": item, "url": url}, event)


def minutes_begun(event: Event) -> None:
    """Tell the host, or who planned it, that the draft has begun itself."""
    minutes = _minutes(event)
    if minutes is None or event.via != "clock":
        return
    meeting = minutes.meeting
    writer = next((one for one in (meeting.host, meeting.by) if one and can_look_after(one, meeting)), None)
    if writer is not None:
        _write("minutes_begun", meeting, writer, {"url": _page(minutes)}, event)


def minutes_submitted(event: Event) -> None:
    """Ask each who has not answered about this text whether it is right; an answer to the letter counts."""
    minutes = _minutes(event)
    if minutes is None or minutes.submitted_at is None:
        return
    said = Q(approved_at__isnull=False) | ~Q(objection="")
    waiting = minutes.approvals.exclude(said, version=minutes.version)
    points = minutes.meeting.points.select_related("owner").order_by("created_at", "pk")
    text = f"{minutes.body.strip()}\n\n" + "\n".join(point_line(one, names_owner=True) for one in points)
    context = {"url": _page(minutes), "text": text.strip()[:MOST_TEXT], "is_cut": len(text) > MOST_TEXT}
    for one in waiting.select_related("person", "minutes__meeting__group").order_by("pk"):
        sender = addresses.approving(one, minutes.version)
        _write("minutes_submitted", minutes.meeting, one.person, context, event, sender=sender)


def minutes_objected(event: Event) -> None:
    """Give those who write the minutes the words of who wants them otherwise."""
    minutes = _minutes(event)
    asked = Approval.objects.select_related("person").filter(pk=event.data.get("approval")).first()
    if minutes is None or asked is None or not asked.objection:
        return
    meeting, context = minutes.meeting, {"url": _page(minutes), "asked": asked, "words": asked.objection}
    writers = {one.pk: one for one in (minutes.submitted_by, minutes.edited_by, meeting.host) if one}
    for writer in writers.values():
        if writer != asked.person and can_look_after(writer, meeting):
            _write("minutes_objected", meeting, writer, dict(context), event, most_a_day=OBJECTED_A_DAY)


def _minutes(event: Event) -> Minutes | None:
    """The minutes that something happened to, as long as they are not published."""
    found = Minutes.objects.select_related(
        "meeting__group", "meeting__venue", "meeting__host", "meeting__by", "submitted_by", "edited_by"
    )
    return found.filter(pk=event.subject_id, published_at=None).first()


def _page(minutes: Minutes) -> str:
    return reverse("minutes", args=[minutes.meeting_id])


def _write(
    template: str,
    meeting: Meeting,
    reader: Person,
    context: dict[str, Any],
    event: Event,
    *,
    sender: str = "",
    most_a_day: int = 0,
) -> None:
    """Write once for an event, however often its delivery is tried, to who may hear of the meeting."""
    to = address_of(reader, meeting.group) if copies.may_be_written_to(reader, meeting) else None
    if to is None:
        return
    context |= {"meeting": meeting, "group": meeting.group, "reader": reader, "site": settings.SITE}
    context |= {"facts": copies.facts(meeting, comes=False)}
    sender = sender or addresses.of_group(meeting.group, "owner")
    key = f"{event.pk}:{to}"[:100]
    name = meeting.group.name
    letters.write(template, context, to=to, sender_name=name, sender=sender, key=key, most_a_day=most_a_day)
