"""Who may see meetings, answer, and plan them."""

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, Role, RolePermission, reaching
from folkmoot.groups.permissions import Permission, Section
from folkmoot.groups.rules import is_denied, is_member
from folkmoot.meetings.models import AgendaItem, DatePoll, Meeting, Point, Proposal, Rsvp

PERMISSIONS = (
    Permission("meetings.read", Section.MEETINGS, _("See the meetings"), is_open=True),
    Permission("meetings.answer", Section.MEETINGS, _("Say whether one comes, and take a seat"), is_open=True),
    Permission("meetings.propose", Section.MEETINGS, _("Propose talks and topics")),
    Permission("meetings.organise", Section.MEETINGS, _("Plan meetings, and look after who comes")),
)


def can_see(person: Person | None, meeting: Meeting) -> bool:
    """Drafts are for those who organise."""
    sees = not meeting.is_draft and holds(person, "meetings.read", meeting.group)
    return sees or can_organise(person, meeting.group)


def can_organise(person: Actor | None, group: Group) -> bool:
    return group.closed_at is None and holds(person, "meetings.organise", group)


def can_answer(person: Person, meeting: Meeting) -> bool:
    """Whoever holds it and to whom it is not denied, as it may be where every stranger has it: seats are few."""
    is_open = meeting.group.closed_at is None and person.is_active
    return is_open and _may_answer(person, meeting.group)


def can_answer_dates(person: Person, poll: DatePoll) -> bool:
    is_open = poll.group.closed_at is None and person.is_active
    return is_open and _may_answer(person, poll.group) and holds(person, "meetings.read", poll.group)


def _may_answer(person: Person, group: Group) -> bool:
    return holds(person, "meetings.answer", group) and not is_denied(person, "meetings.answer", group)


def can_answer_for(by: Actor, person: Person, meeting: Meeting) -> bool:
    """Everybody for themselves; organisers for whoever may answer."""
    return can_answer(person, meeting) and (by == person or can_organise(by, meeting.group))


def comes(person: Person, meeting: Meeting) -> bool:
    """Whoever has a seat, as long as they may have one."""
    has_seat = Rsvp.objects.coming().filter(meeting=meeting, person=person).exists()
    return has_seat and can_answer(person, meeting)


def sees_the_way_in(person: Person | None, meeting: Meeting) -> bool:
    """Link, numbers and PIN are for those who come, and those who organise."""
    if person is None:
        return False
    return comes(person, meeting) or can_organise(person, meeting.group)


def can_see_names(person: Person | None, meeting: Meeting) -> bool:
    """Who comes, and who has something to do, is for those who may see the group's members."""
    if person is None:
        return False
    return holds(person, "members.read", meeting.group) or can_look_after(person, meeting)


def can_propose(person: Actor | None, group: Group) -> bool:
    return group.closed_at is None and holds(person, "meetings.propose", group)


def can_change_proposal(person: Actor | None, proposal: Proposal) -> bool:
    """Whoever made it, as long as they may propose; and those who organise."""
    is_theirs = isinstance(person, Person) and proposal.by_id == person.pk and can_propose(person, proposal.group)
    return is_theirs or can_organise(person, proposal.group)


def can_want(person: Person | None, group: Group) -> bool:
    """Whoever may come to meetings may say what they would like to hear."""
    return group.closed_at is None and holds(person, "meetings.answer", group)


def can_speak_for(person: Actor | None, item: AgendaItem) -> bool:
    """The speaker of a talk, and those who organise on their behalf."""
    speaker = item.proposal.speaker_id if item.proposal else None
    is_speaker = isinstance(person, Person) and person.pk == speaker and can_see(person, item.meeting)
    return is_speaker or can_organise(person, item.meeting.group)


def can_look_after(person: Actor | None, meeting: Meeting) -> bool:
    """Those who organise, and the host: at the door, and with the minutes."""
    is_host = isinstance(person, Person) and person.is_active and person.pk == meeting.host_id
    is_open = meeting.group.closed_at is None
    return can_organise(person, meeting.group) or (is_host and is_open and belongs(person, meeting))  # type: ignore[arg-type]


def belongs(person: Person, meeting: Meeting) -> bool:
    """Whether a task at a meeting is still theirs: what strangers may read stays readable to who was taken out."""
    is_here = is_member(person, meeting.group) and not is_denied(person, "meetings.read", meeting.group)
    return is_here and can_see(person, meeting)


def is_open_to_newcomers(meeting: Meeting) -> bool:
    """Whether people whom the group does not know yet may say that they come."""
    is_open = meeting.takes_answers and meeting.group.closed_at is None
    return is_open and bool(strangers_who("meetings.answer", meeting.group_id))


def strangers_who(permission: str, group_id: int) -> set[str]:
    """Which people hold a permission without being in the group: none, all who are signed in, or anyone with them."""
    strangers = [Role.Audience.ANYONE, Role.Audience.SIGNED_IN]
    allowed = RolePermission.objects.filter(reaching(group_id), name=permission, role__audience__in=strangers)
    found = set(allowed.values_list("role__audience", flat=True))
    return set(strangers) if Role.Audience.ANYONE in found else found


def is_read_by_strangers(meeting: Meeting) -> bool:
    return bool(strangers_who("meetings.read", meeting.group_id))


def is_said_to_strangers(meeting: Meeting) -> bool:
    """Whether people outside the group read the minutes, or the conversation that they are posted into."""
    if is_read_by_strangers(meeting):
        return True
    talks_in = meeting.topic.channel.group_id if meeting.topic else meeting.group_id
    return bool(strangers_who("topics.read", talks_in))


def is_talk_read_alike(meeting: Meeting) -> bool:
    """Whether whoever reads the meeting's minutes may read its conversation."""
    if meeting.topic is None:
        return False
    there = meeting.topic.channel.group_id
    readers = strangers_who("meetings.read", meeting.group_id)
    is_open = Role.Audience.ANYONE in (said := strangers_who("topics.read", there))
    return is_open or (there == meeting.group_id and readers <= said)


def can_take(person: Person | None, point: Point) -> bool:
    """Whoever is a member, and sees what came out of the meeting, may take on what is nobody's."""
    if person is None or point.owner_id is not None or point.closed_at or point.group.closed_at:
        return False
    return is_member(person, point.group) and can_see(person, point.meeting)


def can_close(person: Actor | None, point: Point) -> bool:
    """Whoever has it to do, and those who look after the meeting that it came from."""
    is_theirs = isinstance(person, Person) and person.pk == point.owner_id and belongs(person, point.meeting)
    return (is_theirs and point.group.closed_at is None) or can_look_after(person, point.meeting)
