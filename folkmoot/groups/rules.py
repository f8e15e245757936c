"""Who may do what in a group. One decision for every door."""

from folkmoot.accounts.models import Actor, Operator, Person
from folkmoot.groups.models import Group, Membership, RolePermission, carried_by

PERMISSIONS = ("group.manage", "members.manage", "members.read")


def permissions_in(group: Group, person: Person | None) -> frozenset[str]:
    """All that the person may do in the group: one query, asked once a page."""
    rows = RolePermission.objects.filter(role__group__reaching__below=group).filter(carried_by(person))
    return frozenset(rows.values_list("name", flat=True))


def holds(person: Actor | None, permission: str, group: Group) -> bool:
    """Whether a role of the person, here or in a group above, grants the permission in this group."""
    if isinstance(person, Operator):
        return True
    rows = RolePermission.objects.filter(name=permission, role__group__reaching__below=group)
    return rows.filter(carried_by(person)).exists()


def can_found(person: Person) -> bool:
    return person.is_active


def can_manage(person: Actor | None, group: Group) -> bool:
    return holds(person, "group.manage", group)


def can_manage_members(person: Actor | None, group: Group) -> bool:
    return holds(person, "members.manage", group)


def can_join(person: Person, group: Group) -> bool:
    return (
        person.is_active
        and group.joining == Group.Joining.OPEN
        and Group.objects.visible_to(person).filter(pk=group.pk).exists()
    )


def can_apply(person: Person, group: Group) -> bool:
    return (
        person.is_active
        and group.joining == Group.Joining.APPROVAL
        and Group.objects.visible_to(person).filter(pk=group.pk).exists()
    )


def is_member(person: Person, group: Group) -> bool:
    return Membership.objects.current().filter(person=person, group=group).exists()


def is_last_owner(person: Person, group: Group) -> bool:
    """A group is never without somebody who can manage it."""
    owners = Membership.objects.current().filter(
        group=group, grants__role__group=group, grants__role__permissions__name="group.manage"
    )
    return set(owners.values_list("person_id", flat=True)) == {person.pk}
