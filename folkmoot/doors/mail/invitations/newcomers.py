"""Who joined after a meeting was announced: invited too, to one of each series at a time."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.timezone import now

from folkmoot.doors.mail.invitations import queue
from folkmoot.doors.mail.models import CalendarCopy
from folkmoot.groups.models import Membership, MembershipQuerySet
from folkmoot.meetings.models import Meeting, MeetingQuerySet
from folkmoot.outbox.models import Event
from folkmoot.store import wake

MOST = 10  # letters at once: single meetings, and one of each series
MOST_NAMED = 5  # of the further dates of a series


def member_joined(event: Event) -> None:
    """Invite somebody who is new to what the group has been invited to, the nearest first."""
    member = Membership.objects.current().filter(pk=event.subject_id).first()
    if member is None:
        return
    for meeting in next_ones(_announced().filter(group=member.group_id))[:MOST]:
        _invite(meeting, queue.invitees(meeting).filter(pk=member.pk))


def invite_all() -> None:
    """Go on each night: when one of a series is over, those who are new are invited to the next."""
    new = Membership.objects.current().filter(group=OuterRef("group"), joined_at__gt=OuterRef("announced_at"))
    for meeting in next_ones(_announced().filter(Exists(new))):
        _invite(meeting, queue.invitees(meeting).filter(joined_at__gt=meeting.announced_at))


def next_ones(meetings: MeetingQuerySet) -> list[Meeting]:
    """Return the single ones, and of each series the one that comes next."""
    found: dict[tuple[str, int], Meeting] = {}
    for one in meetings.select_related("group", "topic").in_order():
        found.setdefault(("series", one.series_id) if one.series_id else ("", one.pk), one)
    return list(found.values())


def further_dates(meeting: Meeting, member: Membership | None) -> list[Meeting]:
    """Return those of its series that somebody will be invited to later, since they are new."""
    if member is None or meeting.series_id is None or not _is_new(member, meeting.announced_at):
        return []
    known = CalendarCopy.objects.filter(person=member.person_id).values("meeting")
    ahead = _announced().filter(series=meeting.series_id, starts_at__gt=meeting.starts_at).exclude(pk__in=known)
    return list(ahead.in_order()[:MOST_NAMED])


def _announced() -> MeetingQuerySet:
    """What the group was invited to, and is not over. To what was brought from elsewhere nobody was."""
    ahead = Meeting.objects.taking_place().filter(starts_at__gt=now(), announced_at__isnull=False)
    return ahead.exclude(announced_at=F("published_at"))


def _is_new(member: Membership, announced_at: datetime | None) -> bool:
    return announced_at is not None and member.joined_at > announced_at


def _invite(meeting: Meeting, members: MembershipQuerySet) -> None:
    known = CalendarCopy.objects.filter(meeting=meeting).values("person")
    rows = members.exclude(person__in=known).order_by("pk").values_list("person", "address__email")
    copies = [CalendarCopy(meeting=meeting, person_id=who, address=where, due_at=now()) for who, where in rows]
    if copies:
        with transaction.atomic():
            CalendarCopy.objects.bulk_create(copies, ignore_conflicts=True, batch_size=queue.A_CHUNK)
            wake.announce()
