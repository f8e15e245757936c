"""Letters about seats, times that people propose, and answers that do not count."""

from typing import Any

from django.conf import settings

from folkmoot.accounts.models import Person
from folkmoot.doors.mail import addresses, letters, tokens
from folkmoot.doors.mail.invitations import copies
from folkmoot.doors.mail.invitations.queue import address_of
from folkmoot.doors.mail.notes import A_DAY
from folkmoot.groups.queries import holders
from folkmoot.kit.ical import Entry
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.operations.seating import OFFER_LASTS
from folkmoot.outbox.models import Event


def seat_offered(event: Event) -> None:
    """Ask somebody who waits whether they take a seat that came free; a reply is an answer."""
    found = Rsvp.objects.select_related("meeting__group", "meeting__venue", "person").filter(pk=event.subject_id)
    rsvp = found.exclude(offered_at=None).first()
    if rsvp is None or not copies.may_be_written_to(rsvp.person, rsvp.meeting):
        return
    if (to := address_of(rsvp.person, rsvp.meeting.group)) is None:
        return
    hours = int(OFFER_LASTS.total_seconds() // 3600)
    asks_all = rsvp.meeting.policy == rsvp.meeting.Policy.OFFER
    context = about(rsvp.meeting, rsvp.person) | {"hours": hours, "asks_all": asks_all}
    write("seat_offered", context, rsvp.meeting, rsvp.person, to=to, key=f"{event.pk}:{to}"[:100])


def time_proposed(meeting: Meeting, person: Person, entry: Entry, *, comment: str, to: str) -> int:
    """Hand another time on to those who organise, and tell who proposed it. Returns how many heard of it."""
    facts = copies.facts(meeting, comes=False) | {"starts": entry.starts.isoformat(), "zone": entry.zone}
    proposed = {"proposed": facts, "who": person, "comment": comment[:1000]}
    organisers = list(holders("meetings.organise", meeting.group).select_related("address", "person"))
    for one in organisers:
        if one.address is not None:
            context = about(meeting, one.person) | proposed
            write("time_proposed", context, meeting, one.person, to=one.address.email, most_a_day=A_DAY)
    write("time_proposed_thanks", about(meeting, person), meeting, person, to=to, most_a_day=A_DAY)
    return len(organisers)


def about(meeting: Meeting, reader: Person, *, comes: bool = False) -> dict[str, Any]:
    """What every letter about a meeting says of it."""
    facts = copies.facts(meeting, comes=comes)
    return {
        "meeting": meeting,
        "group": meeting.group,
        "facts": facts,
        "reader": reader,
        "comes": comes,
        "rsvp": f"{settings.SITE}/rsvp/{tokens.rsvp_token(meeting.pk, reader.pk)}",
        "url": f"{settings.SITE}{meeting.get_absolute_url()}",
    }


def write(template: str, context: dict[str, Any], meeting: Meeting, reader: Person, **how: Any) -> None:
    """Queue a letter whose reply counts as the reader's answer."""
    sender = addresses.answering(meeting, reader.pk)
    letters.write(template, context, sender_name=meeting.group.name, sender=sender, **how)
