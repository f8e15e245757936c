"""Who has a meeting in their calendar by our letters, and when their copy is looked at again."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from folkmoot.accounts.models import Address, Person
from folkmoot.conversations.models import Subscription
from folkmoot.doors.mail.models import CalendarCopy, InvitationsOff
from folkmoot.groups.models import Denial, Group, Membership, MembershipQuerySet, Sanction
from folkmoot.groups.queries import members_reached
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.outbox.models import Event
from folkmoot.outbox.operations import record
from folkmoot.store import wake

TOLD = frozenset("title starts zone minutes venue room link dial_in pin".split())  # fields whose change is news
QUIET = timedelta(minutes=1)  # an organiser who changes three things in a row writes one letter
A_CHUNK = 500
UNHEARD = "?"  # an answer that no calendar knows
READING = "meetings.read"


def invitees(meeting: Meeting) -> MembershipQuerySet:
    """Members who hear of a meeting by mail: those who get each post, and have not turned invitations off."""
    members = members_reached(READING, meeting.group).filter(mail=Membership.Mail.EACH).exclude(address=None)
    members = members.exclude(pk__in=InvitationsOff.objects.values("membership"))
    if meeting.topic is None:
        return members
    muted = Subscription.objects.filter(channel=meeting.topic.channel_id, level=Subscription.Level.MUTED)
    return members.exclude(person__in=muted.values("person"))


def meeting_announced(event: Event) -> None:
    """Note who is to be invited. Sending is not done here: it takes as long as it takes."""
    meeting = Meeting.objects.select_related("group", "topic").filter(pk=event.subject_id).first()
    if meeting is None:
        return
    with transaction.atomic():  # also when it is called off already: it may take place after all
        rows = invitees(meeting).order_by("pk").values_list("person", "address__email")
        copies = [CalendarCopy(meeting=meeting, person_id=who, address=where, due_at=now()) for who, where in rows]
        CalendarCopy.objects.bulk_create(copies, ignore_conflicts=True, batch_size=A_CHUNK)
        wake.announce()


def meeting_told(event: Event) -> None:
    """Let every calendar that knows of a meeting be looked at; those who come go first when it is called off."""
    if event.kind == "meeting.changed" and not TOLD & set(event.data.get("fields", TOLD)):
        return
    copies = CalendarCopy.objects.filter(meeting=event.subject_id)
    coming = Rsvp.objects.filter(meeting=event.subject_id).exclude(answer=Rsvp.Answer.NO).values("person")
    moment = now() + (QUIET if event.kind == "meeting.changed" else timedelta())
    with transaction.atomic():
        copies.filter(person__in=coming).wake(moment)
        copies.exclude(person__in=coming).wake(moment + timedelta(seconds=1))
        wake.announce()


def rsvp_told(event: Event) -> None:
    """Let the calendar of somebody who answered, or who got a seat, be looked at; from now on it is kept right."""
    rsvp = Rsvp.objects.select_related("meeting", "person").filter(pk=event.subject_id).first()
    if rsvp is None:
        return
    with transaction.atomic():
        if rsvp.answer != Rsvp.Answer.NO:
            keep_copy(rsvp.meeting, rsvp.person)
        CalendarCopy.objects.filter(meeting=rsvp.meeting_id, person=rsvp.person_id).wake(now())
        wake.announce()


def answer_withdrawn(event: Event) -> None:
    _look_at(Q(meeting=event.subject_id, person=event.data.get("person")))


def member_turned(event: Event) -> None:
    """Who leaves a group may have to hear no more of its meetings; who comes back, of those that were taken away."""
    member = Membership.objects.filter(pk=event.subject_id).first()
    if member is not None:
        _look_at(Q(meeting__group=member.group_id, person=member.person_id))


def standing_turned(event: Event) -> None:
    """What is denied to somebody in a group, or no longer, holds for the groups below it too."""
    who = Sanction if event.kind.startswith("sanction.") else Denial
    found = who.objects.filter(pk=event.subject_id).values_list("group", "person").first()
    if found is not None:
        _look_at(Q(meeting__group__reaching__above=found[0], person=found[1]))


def group_reopened(event: Event) -> None:
    """What left calendars because a group was closed comes back."""
    _look_at(Q(meeting__group=event.subject_id, sent_at__isnull=False))


def look_at_all() -> None:
    """Look at each calendar once a day: permissions and bans end by date, groups close, not all of that is an event."""
    _look_at(Q(sent_at__isnull=False, given_up_at=None))


def address_proven(event: Event) -> None:
    """Where letters were given up, somebody may be reached again, perhaps at another address."""
    _look_at(Q(person=event.subject_id, given_up_at__isnull=False))


def person_merged(event: Event) -> None:
    """Two who are one have one copy of each meeting: the one that was there."""
    into = Person.objects.get(pk=event.data["into_id"])
    with transaction.atomic():
        theirs = CalendarCopy.objects.filter(person=into).values_list("meeting", flat=True)
        CalendarCopy.objects.filter(person=event.subject_id, meeting__in=list(theirs)).delete()
        CalendarCopy.objects.filter(person=event.subject_id).update(person=into)


def keep_copy(meeting: Meeting, person: Person) -> CalendarCopy | None:
    """Return somebody's copy, made when there is none; None where we have no address of theirs."""
    where = address_of(person, meeting.group)
    if where is None:
        return None
    copy, made = CalendarCopy.objects.get_or_create(meeting=meeting, person=person, defaults={"address": where})
    if not made and copy.given_up_at is not None:
        CalendarCopy.objects.filter(pk=copy.pk).update(given_up_at=None, attempts=0)  # who answers is there
    return copy


def want_receipt(meeting: Meeting, person: Person) -> None:
    """Let somebody who answered by letter hear how that stands, also if nothing is new; once a minute at most."""
    keep_copy(meeting, person)
    copies = CalendarCopy.objects.filter(meeting=meeting, person=person)
    copies.exclude(sent_at__gt=now() - QUIET).update(answer=UNHEARD)
    copies.wake(now())


def address_of(person: Person, group: Group) -> str | None:
    """Where a group writes to somebody: as its member, else at an address they have proven."""
    member = Membership.objects.current().filter(group=group, person=person).select_related("address").first()
    if member is not None and member.address is not None:
        return member.address.email
    return (
        Address.objects.filter(user=person, verified=True)
        .order_by("-primary", "pk")
        .values_list("email", flat=True)
        .first()
    )


def turn_invitations(member: Membership, *, is_wanted: bool, via: str) -> None:
    """Send a member no more invitations, or send them again; doing it twice changes nothing."""
    with transaction.atomic():
        if is_wanted:
            is_news = InvitationsOff.objects.filter(membership=member).delete()[0] > 0
        else:
            is_news = InvitationsOff.objects.get_or_create(membership=member)[1]
        if is_news:
            kind = "invitations.wanted" if is_wanted else "invitations.turned_off"
            record(kind, member, by=member.person, via=via)


def wants_none(member: Membership) -> bool:
    return InvitationsOff.objects.filter(membership=member).exists()


def _look_at(which: Q) -> None:
    with transaction.atomic():
        CalendarCopy.objects.filter(which, meeting__ends_at__gt=now()).wake(now())
        wake.announce()
