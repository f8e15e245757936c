"""Who may, as far as the installation's administrators have decided it for all groups."""

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.domains import is_at
from folkmoot.accounts.models import Actor, Installation, Person
from folkmoot.accounts.queries import the_installation
from folkmoot.accounts.rules import can_administer
from folkmoot.groups.models import Group, Invitation, InvitationLink, Membership
from folkmoot.groups.queries import open_links

FULL = _("This group is full. Administrators of this place say how many members a group has at most.")


def can_found(person: Actor) -> bool:
    """Found a group that stands on its own at once; below a group, its own roles say who may."""
    if can_administer(person):
        return True
    is_for_all = the_installation().founding == Installation.Founding.ANYONE
    return isinstance(person, Person) and person.is_active and is_for_all


def can_ask_to_found(person: Person) -> bool:
    """Ask an administrator for a group, where they want to be asked."""
    return person.is_active and not can_found(person) and the_installation().founding == Installation.Founding.APPROVAL


def can_sign_up(address: str, *, token: str = "") -> bool:
    """Whether somebody with this address, and perhaps a link's token, may make an account. Who writes letters to a
    group needs none.
    """
    policy = the_installation().sign_up
    if policy != Installation.SignUp.INVITED:
        return policy == Installation.SignUp.OPEN
    known = Person.objects.known_at(address)
    is_added = known is not None and Membership.objects.current().filter(person=known).exists()
    return is_added or _lets_in(token, address) or Invitation.objects.open().filter(address=address.lower()).exists()


def _lets_in(token: str, address: str) -> bool:
    """Whether a link is still good, and for people of this address."""
    there = Group.objects.filter(closed_at=None, merged_into=None)
    link = InvitationLink.objects.filter(token=token, group__in=there).select_related("group").first()
    if link is None or not open_links(link.group).filter(pk=link.pk).exists():
        return False
    return not link.domain or is_at(address.lower(), link.domain)


def founded_by(person: Person) -> int:
    """How many groups that stand on their own somebody has founded, of those that are still there."""
    theirs = Membership.objects.filter(person=person, arrived_by=Membership.Arrival.FOUNDED)
    return theirs.filter(group__parent=None, group__closed_at=None, group__merged_into=None).count()


def room_in(group: Group) -> int | None:
    """How many more members a group may have, as administrators have said; None where they said nothing."""
    most = the_installation().most_members
    return None if most is None else max(0, most - Membership.objects.current().filter(group=group).count())
