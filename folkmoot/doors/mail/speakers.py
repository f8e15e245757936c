"""Speakers who have no account: one letter asks whether they want to hear of their talk; then they do, until they stop.

Whoever proposed themselves under an address that they have proven need not be asked.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.timezone import now
from django.utils.translation import override

from folkmoot.accounts.models import Person
from folkmoot.doors.mail import addresses, letters, tokens
from folkmoot.doors.mail.invitations import copies
from folkmoot.doors.mail.models import Speaking, Stop
from folkmoot.groups.models import Group
from folkmoot.meetings.models import AgendaItem, Meeting, Proposal
from folkmoot.outbox.models import Event
from folkmoot.outbox.operations import record

PLACED, MOVED, OFF, AGAIN, TAKEN_OFF = "placed", "moved", "off", "again", "taken off"
MOVES = frozenset({"starts_at", "zone", "venue", "room"})
ASKED_A_DAY = 3  # letters to one address, from all groups together
ASKED_BY_A_GROUP = 30  # addresses on one day: whoever founds a group can name whom they like
TOLD_A_DAY = 20  # letters to one address


def talk_placed(event: Event) -> None:
    """Tell, or ask, whose talk stands on the agenda of a meeting now."""
    _tell_all(_items().filter(pk=event.subject_id), PLACED, event)


def speaker_named(event: Event) -> None:
    """The same where the talk had another speaker, or none, before."""
    if "speaker_address" in event.data.get("fields", ()):
        _tell_all(_items().filter(proposal=event.subject_id), PLACED, event)


def meeting_told(event: Event) -> None:
    """Tell speakers that their meeting is at another time or place, called off, takes place after all, or is public."""
    if event.kind == "meeting.changed" and not MOVES & set(event.data.get("fields", MOVES)):
        return
    said = {"meeting.changed": MOVED, "meeting.cancelled": OFF, "meeting.uncancelled": AGAIN}.get(event.kind, PLACED)
    _tell_all(_items().filter(meeting=event.subject_id), said, event)


def talk_taken_off(event: Event) -> None:
    """Tell whose talk no meeting has any more."""
    meeting = Meeting.objects.select_related("group", "venue").filter(pk=event.subject_id).first()
    talk = Proposal.objects.filter(pk=event.data.get("proposal"), speaker=None, item=None).first()
    if meeting is not None and talk is not None and talk.speaker_address:
        _tell(meeting, talk, TAKEN_OFF, event)


def decide(speaking: Speaking, *, wants: bool) -> None:
    """Note what somebody wants: to hear of their talks in this group, or nothing more from this place."""
    with transaction.atomic():
        if wants:
            Speaking.objects.filter(address=speaking.address).update(stopped_at=None)
            Stop.objects.filter(digest=_digest(speaking.address)).delete()
        news = {"agreed_at": now()} if wants else {"agreed_at": None, "stopped_at": now()}
        Speaking.objects.filter(pk=speaking.pk).update(**news)
        record("speaking.agreed" if wants else "speaking.stopped", speaking, by=None, via="mail")


def forget(addresses: Iterable[str]) -> None:
    """Let go of what speakers wanted, but for who wanted nothing more: that is kept without the address."""
    with transaction.atomic():
        theirs = Speaking.objects.filter(address__in=[one.lower() for one in addresses])
        said = theirs.values_list("address", "stopped_at")
        stops = [Stop(digest=_digest(address), stopped_at=at) for address, at in said if at is not None]
        Stop.objects.bulk_create(stops, ignore_conflicts=True)
        theirs.delete()


def talks_of(speaking: Speaking) -> QuerySet[AgendaItem]:
    """What stands on agendas to come under somebody's address."""
    ahead = _items().filter(proposal__group=speaking.group_id, proposal__speaker_address__iexact=speaking.address)
    return ahead.filter(meeting__in=Meeting.objects.published().to_come()).order_by("meeting__starts_at", "pk")


def _items() -> QuerySet[AgendaItem]:
    rows = AgendaItem.objects.filter(proposal__speaker=None).exclude(proposal__speaker_address="")
    return rows.select_related("meeting__group", "meeting__venue", "proposal__by")


def _tell_all(items: Iterable[AgendaItem], said: str, event: Event) -> None:
    for item in items:
        if item.proposal is not None:
            _tell(item.meeting, item.proposal, said, event)


def _tell(meeting: Meeting, talk: Proposal, said: str, event: Event) -> None:
    is_off = meeting.cancelled_at is not None
    if meeting.is_draft or meeting.is_over or meeting.group.closed_at or (is_off and said != OFF):
        return
    with transaction.atomic():
        speaking = _known(meeting.group, talk)
        if _has_stopped(speaking):
            return
        if speaking.agreed_at:
            key = f"{event.pk}:{talk.pk}"
            _write("speaker_told", meeting, talk, speaking, {"said": said}, key=key, most_a_day=TOLD_A_DAY)
        elif said == PLACED and speaking.asked_at is None and _may_ask(meeting.group, speaking.address):
            Speaking.objects.filter(pk=speaking.pk).update(asked_at=now())
            _write("speaker_asked", meeting, talk, speaking, {}, key=f"{event.pk}:{talk.pk}")


def _has_stopped(speaking: Speaking) -> bool:
    """What somebody agreed to after they were erased is newer than what they stopped before."""
    if Speaking.objects.filter(address=speaking.address).exclude(stopped_at=None).exists():
        return True
    return speaking.agreed_at is None and Stop.objects.filter(digest=_digest(speaking.address)).exists()


def _digest(address: str) -> str:
    """With a key, since addresses are few enough to try them all."""
    return salted_hmac("folkmoot.speaker.stopped", address.lower(), algorithm="sha256").hexdigest()


def _may_ask(group: Group, address: str) -> bool:
    """Whether neither the group asks too many today nor too many groups ask them; else the next talk asks."""
    asked = Speaking.objects.filter(group=group, asked_at__gt=now() - timedelta(days=1))
    is_asked_enough = letters.has_had(address, "speaker_asked", ASKED_A_DAY)
    return asked.count() < ASKED_BY_A_GROUP and not is_asked_enough


def _known(group: Group, talk: Proposal) -> Speaking:
    address = talk.speaker_address.lower()
    row, _made = Speaking.objects.get_or_create(group=group, address=address)
    is_own = talk.by is not None and talk.by.addresses.filter(email__iexact=address, verified=True).exists()
    if is_own and row.agreed_at is None:
        row.agreed_at = now()
        row.save(update_fields=["agreed_at"])
    return row


def _write(
    template: str, meeting: Meeting, talk: Proposal, speaking: Speaking, context: dict[str, Any], **how: Any
) -> None:
    """Write in the group's language, since nobody knows theirs."""
    context |= {
        "meeting": meeting,
        "group": meeting.group,
        "talk": talk,
        "reader": Person.objects.known_at(speaking.address) or Person(),
        "facts": copies.facts(meeting, comes=False),
        "url": meeting.get_absolute_url(),
        "page": f"{settings.SITE}/mail/speaking/{tokens.speaking_token(speaking.pk)}",
    }
    sender = addresses.of_group(meeting.group, "owner")
    with override(meeting.group.language):
        letters.write(template, context, to=speaking.address, sender_name=meeting.group.name, sender=sender, **how)
