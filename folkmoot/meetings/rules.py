"""Who may see meetings, answer, and plan them."""

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group
from folkmoot.groups.permissions import Permission, Section
from folkmoot.meetings.models import DatePoll, Meeting, Rsvp

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
    is_open = meeting.group.closed_at is None and person.is_active
    return is_open and holds(person, "meetings.answer", meeting.group)


def can_answer_dates(person: Person, poll: DatePoll) -> bool:
    is_open = poll.group.closed_at is None and person.is_active
    return is_open and holds(person, "meetings.answer", poll.group) and holds(person, "meetings.read", poll.group)


def can_answer_for(by: Actor, person: Person, meeting: Meeting) -> bool:
    """Everybody for themselves; organisers for whoever may answer."""
    return can_answer(person, meeting) and (by == person or can_organise(by, meeting.group))


def sees_the_way_in(person: Person | None, meeting: Meeting) -> bool:
    """Link, numbers and PIN are for those who come, and those who organise."""
    if person is None:
        return False
    return Rsvp.objects.coming().filter(meeting=meeting, person=person).exists() or can_organise(person, meeting.group)
