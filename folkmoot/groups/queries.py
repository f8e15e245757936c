"""Reads that need the rules."""

from folkmoot.groups.models import Group, Membership, MembershipQuerySet
from folkmoot.groups.rules import all_members_hold


def members_holding(permission: str, group: Group) -> MembershipQuerySet:
    """The group's members who hold the permission now. Mostly all of them do, and nothing has to be asked of each."""
    members = Membership.objects.current().filter(group=group, person__is_active=True)
    return members if all_members_hold(permission, group) else members.holding(permission)
