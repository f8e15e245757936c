"""What came of a question, to those who answered it and read by mail: a poll, a time to meet, hours that go round."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import get_language

from folkmoot.accounts.language import speaking
from folkmoot.conversations import results
from folkmoot.conversations.models import Poll, Subscription
from folkmoot.doors.mail import addresses, letters
from folkmoot.doors.mail.invitations import copies, words
from folkmoot.doors.mail.invitations.queue import invitees
from folkmoot.groups.models import Group, Membership, MembershipQuerySet
from folkmoot.groups.queries import members_reached
from folkmoot.meetings import answers_to_dates
from folkmoot.meetings.answers_to_dates import Column
from folkmoot.meetings.models import DateAnswer, DatePoll, Meeting, Series
from folkmoot.meetings.operations import announcing
from folkmoot.outbox.models import Event

READING = "meetings.read"


def poll_closed(event: Event) -> None:
    """Tell those who have voted how a poll came out, but for whoever closed it and has seen it."""
    found = Poll.objects.filter(pk=event.subject_id, post__removed_at=None).exclude(closed_at=None)
    poll = found.select_related("post__topic", "post__channel__group").first()
    if poll is None or poll.post.channel is None:
        return
    group, shown = poll.post.channel.group, results.shown([poll])[poll.pk]
    context = {"poll": poll, "shown": shown, "is_ranked": poll.kind == Poll.Kind.RANKED, "group": group}
    voters = _by_mail(members_reached("topics.read", group), poll.ballots.exclude(person=None).values("person"))
    muted = Subscription.objects.filter(Q(channel=poll.post.channel_id) | Q(topic=poll.post.topic_id))
    muted = muted.filter(level=Subscription.Level.MUTED)
    voters = voters.exclude(person__in=muted.values("person")).exclude(person=event.actor_id)
    for member in voters:
        _write("poll_closed", group, member, context, event)


def dates_closed(event: Event) -> None:
    """Tell those who answered how it stands, unless it is decided by now: that is told by itself."""
    poll = DatePoll.objects.select_related("group").filter(pk=event.subject_id, meeting=None).first()
    if poll is None or poll.is_open:
        return
    counted: dict[tuple[str, str | None], list[Column]] = {}  # the same for all who read by one clock in one language
    for member in _answered(poll).exclude(person=event.actor_id):
        zone = answers_to_dates.zone_of(member.person, poll)
        with speaking(member.person):
            read = (zone, get_language())
            if read not in counted:
                counted[read] = answers_to_dates.columns(poll, zone)
        context = {"poll": poll, "zone": zone.replace("_", " "), "times": counted[read]}
        _write("dates_closed", poll.group, member, context, event)


def dates_decided(event: Event) -> None:
    """Tell those who answered which time it is, but for those whom the meeting itself invites now."""
    poll = (
        DatePoll.objects.select_related("group", "meeting__group", "meeting__venue").filter(pk=event.subject_id).first()
    )
    if poll is None or poll.meeting is None or poll.meeting.is_draft or poll.meeting.cancelled_at:
        return
    readers = _answered(poll).exclude(person=event.actor_id)
    if poll.meeting.announced_at or poll.meeting.starts_at < now() + announcing.AHEAD:
        readers = readers.exclude(pk__in=invitees(poll.meeting).values("pk"))
    for member in readers:
        context = {"poll": poll, "url": poll.meeting.get_absolute_url(), **_times([poll.meeting], member)}
        _write("dates_decided", poll.group, member, context, event)


def series_rotated(event: Event) -> None:
    """Tell members at which hours a series meets next; of those that they were invited to, the invitation says it."""
    series = Series.objects.select_related("group").filter(pk=event.subject_id).first()
    ahead = Meeting.objects.taking_place().to_come().filter(pk__in=event.data.get("ids", []), announced_at=None)
    meetings = list(ahead.select_related("group", "venue", "topic").in_order())
    if series is None or not meetings:
        return
    for member in invitees(meetings[0]).exclude(person=event.actor_id).select_related("person", "address"):
        context = {"series": series, **_times(meetings, member)}
        _write("series_rotated", series.group, member, context, event)


def _answered(poll: DatePoll) -> MembershipQuerySet:
    said = DateAnswer.objects.filter(choice__poll=poll).values("person")
    return _by_mail(members_reached(READING, poll.group), said)


def _by_mail(members: MembershipQuerySet, people: Any) -> MembershipQuerySet:
    """Those of some people who read by mail."""
    readers = members.filter(person__in=people, mail=Membership.Mail.EACH).exclude(address=None)
    return readers.select_related("person", "address").order_by("pk")


def _times(meetings: Iterable[Meeting], member: Membership) -> dict[str, list[str]]:
    """When they are, by the clocks where they are and, where these differ, by the reader's."""
    said = []
    with speaking(member.person):
        for one in meetings:
            facts = copies.facts(one, comes=False)
            said.append(words.own_time(facts, member.person) or words.when(facts))
    return {"times": said}


def _write(template: str, group: Group, member: Membership, context: dict[str, Any], event: Event) -> None:
    """Write once for an event, however often its delivery is tried."""
    if member.address is None:
        return
    letters.write(
        template,
        context | {"group": group, "site": settings.SITE},
        to=member.address.email,
        sender_name=group.name,
        sender=addresses.of_group(group, "owner"),
        key=f"{event.pk}:{member.pk}",
    )
