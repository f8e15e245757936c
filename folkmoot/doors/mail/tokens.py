"""What the links in letters carry: a token that lets whoever has it do one thing, and nothing else."""

import zlib
from datetime import timedelta

from django.conf import settings
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Topic
from folkmoot.doors.mail.models import Speaking
from folkmoot.groups.models import Membership, Responsibility
from folkmoot.kit import signing
from folkmoot.meetings.models import DatePoll, Meeting

AFTERWARDS = timedelta(days=14)  # how long after a meeting its tokens mean something


def rsvp_token(meeting_id: int, person_id: int) -> str:
    """What letters about a meeting carry: whoever has it may answer for this person to this meeting, nothing else."""
    return signing.sign(_key(), "rsvp", meeting_id, person_id)


def invited(token: str) -> tuple[Meeting, Person] | None:
    """The meeting and the person that a token of ours names, until some days after the meeting."""
    numbers = signing.unsign(_key(), "rsvp", token)
    if numbers is None or len(numbers) != 2:
        return None
    person = Person.objects.select_related("merged_into").filter(pk=numbers[1]).first()
    person = person.merged_into if person is not None and person.merged_into is not None else person
    meetings = Meeting.objects.published().filter(pk=numbers[0], ends_at__gt=now() - AFTERWARDS)
    meeting = meetings.select_related("group", "venue", "topic__channel__group").first()
    if meeting is None or person is None or not person.is_active:
        return None
    return meeting, person


def invitations_token(membership_id: int) -> str:
    """What an invitation's last line carries: whoever has it may turn this member's invitations off, nothing else."""
    return signing.sign(_key(), "invitations", membership_id)


def invitee(token: str) -> Membership | None:
    numbers = signing.unsign(_key(), "invitations", token)
    members = Membership.objects.current().filter(person__is_active=True).select_related("group", "person")
    return members.filter(pk=numbers[0]).first() if numbers else None


def speaking_token(speaking_id: int) -> str:
    """What letters to a speaker carry: whoever has it may say whether we write to that address, nothing else."""
    return signing.sign(_key(), "speaking", speaking_id)


def spoken_to(token: str) -> Speaking | None:
    numbers = signing.unsign(_key(), "speaking", token)
    return Speaking.objects.select_related("group").filter(pk=numbers[0]).first() if numbers else None


def leave_token(membership_id: int) -> str:
    """What a copy's List-Unsubscribe carries (RFC 8058): whoever has it may stop this member's mail, nothing else."""
    return signing.sign(_key(), "unsubscribe", membership_id)


def leaver(token: str) -> Membership | None:
    numbers = signing.unsign(_key(), "unsubscribe", token)
    return (
        Membership.objects.current().filter(pk=numbers[0]).select_related("group", "person").first()
        if numbers
        else None
    )


def mute_token(membership_id: int, topic_id: int) -> str:
    """What a copy's last line carries: whoever has it may mute this topic for this member, nothing else."""
    return signing.sign(_key(), "mute", membership_id, topic_id)


def muter(token: str) -> tuple[Membership, Topic] | None:
    numbers = signing.unsign(_key(), "mute", token)
    if numbers is None or len(numbers) != 2:
        return None
    members = Membership.objects.current().filter(pk=numbers[0], person__is_active=True)
    member = members.select_related("group", "person").first()
    topics = Topic.objects.filter(pk=numbers[1]).select_related("channel__group")
    topic = topics.filter(channel__group=member.group_id).first() if member else None
    return (member, topic) if member and topic else None


def duty_token(duty: Responsibility) -> str:
    """What the letter to a successor carries: whoever has it may answer this one question, nothing else."""
    asked = int(duty.asked_at.timestamp()) if duty.asked_at else 0
    return signing.sign(_key(), "duty", duty.pk, duty.successor_id or 0, asked)


def asked_for_duty(token: str) -> Responsibility | None:
    """The duty that a successor is asked about by this token, as long as they are."""
    numbers = signing.unsign(_key(), "duty", token)
    duty = Responsibility.objects.current().with_people().filter(pk=numbers[0]).first() if numbers else None
    is_open = duty is not None and duty.successor is not None and duty.successor.left_at is None
    return duty if is_open and duty is not None and duty_token(duty) == token else None


def dates_token(membership_id: int, poll: DatePoll) -> str:
    """What the question when to meet carries: whoever has it may answer it for this member, nothing else.

    It names the times as they stand, since an answer by letter counts them.
    """
    return signing.sign(_key(), "dates", membership_id, poll.pk, _stamp(poll))


def asked_for_dates(token: str) -> tuple[Membership, DatePoll, bool] | None:
    """The member and the question that a token names, and whether its times are still the same."""
    numbers = signing.unsign(_key(), "dates", token)
    if numbers is None or len(numbers) != 3:
        return None
    members = Membership.objects.current().filter(pk=numbers[0], person__is_active=True)
    member = members.select_related("group", "person", "address").first()
    polls = DatePoll.objects.filter(pk=numbers[1]).select_related("group", "meeting__group")
    poll = polls.filter(group=member.group_id).first() if member else None
    return (member, poll, numbers[2] == _stamp(poll)) if member and poll else None


def _stamp(poll: DatePoll) -> int:
    """A number for the times in their order. A short one: local parts of addresses have 64 characters."""
    keys = list(poll.choices.order_by("starts_at").values_list("pk", flat=True))
    return zlib.crc32(repr(keys).encode()) % 36**3


def todo_token(membership_id: int, day: int, kind: int, row_id: int) -> str:
    """What the daily letter carries: whoever has it may do this one thing as this member, for a week."""
    return signing.sign(_key(), "todo", membership_id, day, kind, row_id)


def todo_of(token: str) -> tuple[int, int, int, int] | None:
    """The membership, the day, the kind and the row that a token names."""
    numbers = signing.unsign(_key(), "todo", token)
    return (numbers[0], numbers[1], numbers[2], numbers[3]) if numbers and len(numbers) == 4 else None


def counts_token(membership_id: int) -> str:
    """What the weekly letter on coming over carries: whoever has it may stop it for this member, nothing else."""
    return signing.sign(_key(), "counts", membership_id)


def counted_for(token: str) -> Membership | None:
    numbers = signing.unsign(_key(), "counts", token)
    members = Membership.objects.current().filter(person__is_active=True).select_related("group", "person")
    return members.filter(pk=numbers[0]).first() if numbers else None


def _key() -> bytes:
    return settings.SECRET_KEY.encode()
