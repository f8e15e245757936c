"""Who may, as far as the installation's administrators have decided it for all groups."""

from folkmoot.accounts.models import Actor, Installation, Person
from folkmoot.accounts.queries import the_installation
from folkmoot.accounts.rules import can_administer
from folkmoot.groups.models import Group, Invitation, Membership


def can_found(person: Actor) -> bool:
    """Found a group that stands on its own at once; below a group, its own roles say who may."""
    if can_administer(person):
        return True
    is_for_all = the_installation().founding == Installation.Founding.ANYONE
    return isinstance(person, Person) and person.is_active and is_for_all


def can_ask_to_found(person: Person) -> bool:
    """Ask an administrator for a group, where they want to be asked."""
    return person.is_active and not can_found(person) and the_installation().founding == Installation.Founding.APPROVAL


def can_sign_up(address: str) -> bool:
    """Whether somebody with this address may make an account. Who writes letters to a group needs none."""
    policy = the_installation().sign_up
    if policy != Installation.SignUp.INVITED:
        return policy == Installation.SignUp.OPEN
    known = Person.objects.known_at(address)
    is_added = known is not None and Membership.objects.current().filter(person=known).exists()
    return is_added or Invitation.objects.filter(address=address.lower(), answered_at=None).exists()


def founded_by(person: Person) -> int:
    """How many groups that stand on their own somebody has founded, of those that are still there."""
    theirs = Membership.objects.filter(person=person, arrived_by=Membership.Arrival.FOUNDED)
    return theirs.filter(group__parent=None, group__closed_at=None, group__merged_into=None).count()


def room_in(group: Group) -> int | None:
    """How many more members a group may have; None where administrators say nothing about it."""
    most = the_installation().most_members
    return None if most is None else max(0, most - Membership.objects.current().filter(group=group).count())
