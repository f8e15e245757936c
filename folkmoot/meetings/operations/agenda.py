"""What a meeting is about, in its order."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations.operations.uploading import stored
from folkmoot.conversations.rendering import KeptFile
from folkmoot.groups.operations.history import note
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.meetings.models import AgendaItem, Meeting, Point, Proposal
from folkmoot.meetings.operations.planning import hold
from folkmoot.meetings.rules import can_speak_for
from folkmoot.outbox.operations import record

MOST_ITEMS = 100
LONGEST_ITEM = 24 * 60  # minutes
NOT_THE_SPEAKER = _("Only the speaker, and those who organise, can do this.")
CHANGEABLE = frozenset({"title", "minutes", "recording"})


def add_item(
    meeting: Meeting, *, title: str = "", by: Actor, via: str, minutes: int = 0, point: Point | None = None
) -> AgendaItem:
    """Put something at the end of the agenda; a point of earlier minutes brings its words along, and comes once."""
    with transaction.atomic():
        meeting = hold(meeting, by)
        if point is not None:
            if point.group_id != meeting.group_id:
                raise Refused(_("This point is of another group."))
            if known := meeting.agenda.filter(point=point).first():
                return known
        said = _checked({"title": title or (point.words if point else ""), "minutes": minutes})
        item = append(meeting, point=point, **said)
        record("agenda.changed", meeting, by=by, via=via, item=item.pk)
    return item


def change_item(item: AgendaItem, *, by: Actor, via: str, **details: Any) -> AgendaItem:
    """Say otherwise what it is called, how long it takes, or where its recording is."""
    said = _checked(details)
    with transaction.atomic():
        meeting = hold(item.meeting, by)
        if AgendaItem.objects.filter(pk=item.pk).update(**said):
            record("agenda.changed", meeting, by=by, via=via, item=item.pk)
            item.refresh_from_db()
    return item


def move_item(item: AgendaItem, *, position: int, by: Actor, via: str) -> None:
    """Put it at another place, the first being 0; a place beyond the end is the end."""
    with transaction.atomic():
        meeting = hold(item.meeting, by)
        before = list(meeting.agenda.in_order())
        if item not in before:
            return
        after = [one for one in before if one != item]
        after.insert(max(0, min(position, len(after))), item)
        if after != before:
            _number(after)
            record("agenda.changed", meeting, by=by, via=via, item=item.pk)


def remove_item(item: AgendaItem, *, by: Actor, via: str) -> None:
    """Take something off the agenda. A talk is open again, for another meeting."""
    with transaction.atomic():
        hold(item.meeting, by)
        if held := AgendaItem.objects.select_related("meeting__group").filter(pk=item.pk).first():
            drop(held, by=by, via=via)


def schedule(proposal: Proposal, *, meeting: Meeting, by: Actor, via: str) -> AgendaItem:
    """Put a talk on the agenda of a meeting. It is asked for once more, from who speaks."""
    with transaction.atomic():
        meeting = hold(meeting, by)
        proposal = Proposal.objects.select_for_update(no_key=True, of=("self",)).get(pk=proposal.pk)
        if proposal.group_id != meeting.group_id:
            raise Refused(_("This talk was offered to another group."))
        if proposal.withdrawn_at:
            raise Refused(_("This talk was taken back."))
        if known := AgendaItem.objects.filter(proposal=proposal).first():
            if known.meeting_id == meeting.pk:
                return known
            raise Refused(_("Another meeting has this talk already."))
        is_speaker = isinstance(by, Person) and by.pk == proposal.speaker_id
        said = {"title": proposal.title, "minutes": proposal.minutes, "confirmed_at": now() if is_speaker else None}
        item = append(meeting, proposal=proposal, **said)
        record("talk.scheduled", item, by=by, via=via)
        note(meeting.group, "talk.scheduled", by=by, via=via, proposal=proposal.pk, meeting=meeting.pk)
    return item


def take_off(proposal: Proposal, *, by: Actor, via: str) -> None:
    """Take a talk off the agenda that has it, so that it is open again."""
    item = AgendaItem.objects.select_related("meeting__group").filter(proposal=proposal).first()
    if item is not None:
        remove_item(item, by=by, via=via)


def confirm_talk(item: AgendaItem, *, by: Actor, via: str) -> AgendaItem:
    """Say that the speaker comes; by themselves, or by those who organise."""
    with transaction.atomic():
        item = _of_speaker(item, by)
        if item.proposal_id is None:
            raise Refused(_("Nobody speaks here."))
        if item.confirmed_at is None:
            item.confirmed_at = now()
            item.save(update_fields=["confirmed_at"])
            record("talk.confirmed", item, by=by, via=via)
    return item


def attach_slides(item: AgendaItem, *, slides: KeptFile | None, by: Actor, via: str) -> AgendaItem:
    """Keep the slides of a talk, in the place of those that were there; None takes them away."""
    with transaction.atomic():
        item = _of_speaker(item, by)
        item.slides = stored(slides) if slides else None
        item.slides_name = slides.name if slides else ""
        item.save(update_fields=["slides", "slides_name"])
        record("slides.changed", item, by=by, via=via)
    return item


def drop(item: AgendaItem, *, by: Actor, via: str) -> None:
    """Delete an item in the transaction of whoever has asked the rule; those behind it move up."""
    meeting, proposal_id = item.meeting, item.proposal_id
    if proposal_id and meeting.is_over:
        raise Refused(_("This talk has been given."))
    item_id = item.pk
    item.delete()
    _number(list(meeting.agenda.in_order()))
    record("agenda.changed", meeting, by=by, via=via, item=item_id)
    if proposal_id:
        record("talk.taken_off", meeting, by=by, via=via, proposal=proposal_id)
        note(meeting.group, "talk.taken_off", by=by, via=via, proposal=proposal_id, meeting=meeting.pk)


def _of_speaker(item: AgendaItem, by: Actor) -> AgendaItem:
    rows = AgendaItem.objects.select_for_update(no_key=True, of=("self",))
    held: AgendaItem = rows.select_related("meeting__group", "proposal__speaker").get(pk=item.pk)
    require(can_speak_for(by, held), NOT_THE_SPEAKER)
    return held


def append(meeting: Meeting, **fields: Any) -> AgendaItem:
    """Write an item at the end of the agenda, in the transaction of whoever has asked the rule."""
    there = meeting.agenda.count()
    if there >= MOST_ITEMS:
        raise Refused(_("%(most)s items are the most an agenda can have.") % {"most": MOST_ITEMS})
    made: AgendaItem = AgendaItem.objects.create(meeting=meeting, position=there, **fields)
    return made


def _number(items: list[AgendaItem]) -> None:
    for position, item in enumerate(items):
        if item.position != position:
            AgendaItem.objects.filter(pk=item.pk).update(position=position)


def _checked(details: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of an item as it is kept. Raises Refused with words for the organiser."""
    if strange := details.keys() - CHANGEABLE:
        raise TypeError(f"an item has no {', '.join(sorted(strange))}")
    said = dict(details)
    if "title" in said:
        said["title"] = one_line(said["title"])[:200]
        if not said["title"]:
            raise Refused(_("Please say what it is about."))
    if not 0 <= said.get("minutes", 0) <= LONGEST_ITEM:
        raise Refused(_("An item takes a day at most."))
    if said.get("recording"):
        try:
            URLValidator(schemes=["http", "https"])(said["recording"])
        except ValidationError as error:
            raise Refused(_("This is not an address of the web.")) from error
    return said
