"""Who may do what in a group. Each rule stands on the one decision of deciding.py."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Operator, Person
from folkmoot.groups.deciding import carried_in, holds, permissions_in
from folkmoot.groups.defaults import PUBLIC
from folkmoot.groups.models import (
    Denial,
    Group,
    Membership,
    MembershipQuerySet,
    Responsibility,
    Role,
    RoleGrant,
    Sanction,
)
from folkmoot.groups.permissions import Permission, Section
from folkmoot.kit.errors import Refused
from folkmoot.store.prepared import Prepared

_DENIALS = Prepared(
    lambda person, group: (
        Denial.objects.valid().filter(person=person, group__reached__below=group).values_list("permission")
    )
)
PERMISSIONS = (
    Permission("group.manage", Section.GROUP, _("Change the group: name, address, purpose, who may join")),
    Permission("subgroups.manage", Section.GROUP, _("Found, move, merge and split subgroups")),
    Permission("roles.manage", Section.GROUP, _("Give roles, and say what each role may do")),
    Permission("duties.manage", Section.GROUP, _("Say who looks after what")),
    Permission("history.read", Section.GROUP, _("Read the history of what was done to the group")),
    Permission("members.read", Section.PEOPLE, _("See who is a member"), is_open=True),
    Permission("members.addresses", Section.PEOPLE, _("See members’ mail addresses, and take the list as a file")),
    Permission("members.manage", Section.PEOPLE, _("Invite people, approve requests, add and remove members")),
    Permission("people.sanction", Section.PEOPLE, _("Look at reports; warn, slow down, hold, suspend and ban")),
)


def can_manage(person: Actor | None, group: Group) -> bool:
    return holds(person, "group.manage", group)


def can_manage_members(person: Actor | None, group: Group) -> bool:
    return holds(person, "members.manage", group)


def can_assign(person: Actor | None, group: Group) -> bool:
    """Put members of a group above into this one: whoever runs its members, or the subgroups that it is one of."""
    runs_it = group.parent is not None and holds(person, "subgroups.manage", group.parent)
    return runs_it or can_manage_members(person, group)


def can_change_roles(person: Actor | None, group: Group) -> bool:
    return holds(person, "roles.manage", group)


def why_fixed(role: Role, permission: Permission) -> str | Promise:
    """Say why nobody can change what a role may; "" where somebody can."""
    if role.key == Role.BuiltIn.OWNER:
        return _("An owner may do everything, always.")
    if role.audience not in {Role.Audience.ANYONE, Role.Audience.SIGNED_IN}:
        return ""
    if role.audience == Role.Audience.ANYONE and permission.name in PUBLIC:
        return _("Whether anyone may read follows from who may see the group. Change that in its settings.")
    if not permission.is_open:
        return _("This can be given to members, but not to people whom the group does not know.")
    if role.group.visibility == Group.Visibility.HIDDEN:
        return _("Only members know of this group, so only they can be given something.")
    return ""


def can_give(person: Actor, role: Role) -> bool:
    """Nobody gives, or takes, what they do not hold themselves; the owner's role is the owners' business."""
    if isinstance(person, Operator):
        return True
    if role.key == Role.BuiltIn.OWNER:
        return is_owner(person, role.group)
    given = set(role.permissions.values_list("name", flat=True))
    return can_change_roles(person, role.group) and all(holds(person, one, role.group) for one in given)


def can_look_as(person: Person, role: Role) -> bool:
    """See the group as those who carry a role: whoever changes roles; as its owner, only owners."""
    return can_change_roles(person, role.group) and (role.key != Role.BuiltIn.OWNER or is_owner(person, role.group))


def can_deny(person: Actor, other: Person, permission: str, group: Group) -> bool:
    """Those who sanction people, and give roles; only what they may do themselves, and never to themselves."""
    if isinstance(person, Operator):
        return True
    if person == other or not (holds(person, "people.sanction", group) or can_change_roles(person, group)):
        return False
    taken = [permission] if permission else permissions_in(Group.objects.get(pk=group.pk), other)
    return all(holds(person, one, group) for one in taken)


def can_lift_denial(person: Actor, denial: Denial, *, mine: frozenset[str] | None = None) -> bool:
    """Those who could deny it, and never one's own; only what they may do themselves, since it is given back.

    `mine` is what the person may in the denial's group, from whoever knows that already.
    """
    if isinstance(person, Operator):
        return True
    mine = permissions_in(Group.objects.get(pk=denial.group_id), person) if mine is None else mine
    if denial.person_id == person.pk or not mine & {"people.sanction", "roles.manage"}:
        return False
    return (frozenset({denial.permission}) if denial.permission else carried_in(denial.group, denial.person)) <= mine


def can_remove(person: Actor, membership: Membership) -> bool:
    """Whoever manages members, but for owners, who are removed by owners."""
    owns = owners_of(membership.group).filter(pk=membership.pk).exists()
    return can_manage_members(person, membership.group) and (not owns or is_owner(person, membership.group))


def can_run_duties(person: Actor | None, group: Group) -> bool:
    return holds(person, "duties.manage", group)


def is_holder(person: Actor | None, duty: Responsibility) -> bool:
    return isinstance(person, Person) and duty.holder is not None and duty.holder.person_id == person.pk


def can_tend_duty(person: Actor | None, duty: Responsibility) -> bool:
    """Write its notes, ask a successor, hand it over: whoever holds it, and who runs the group."""
    return is_holder(person, duty) or can_run_duties(person, duty.group)


def can_confer(person: Actor, role: Role) -> bool:
    """Let somebody have a role: who may all that it may. Being owner comes from owners only."""
    if is_owner(person, role.group):
        return True
    names = frozenset(role.permissions.values_list("name", flat=True))
    return role.key != Role.BuiltIn.OWNER and isinstance(person, Person) and names <= permissions_in(role.group, person)


def can_join(person: Person, group: Group) -> bool:
    return (
        person.is_active
        and group.joining == Group.Joining.OPEN
        and not (group.closed_at or is_denied(person, "", group))
        and Group.objects.visible_to(person).filter(pk=group.pk).exists()
    )


def can_apply(person: Person, group: Group) -> bool:
    return (
        person.is_active
        and group.joining == Group.Joining.APPROVAL
        and not (group.closed_at or is_denied(person, "", group))
        and Group.objects.visible_to(person).filter(pk=group.pk).exists()
    )


def is_denied(person: Person, permission: str, group: Group) -> bool:
    """Whether a permission, or "" for everything, is denied to somebody here now, whatever their roles say."""
    return not {"", permission}.isdisjoint(denied for (denied,) in _DENIALS.rows(person.pk, group.pk))


def can_look_at_reports(person: Actor | None, group: Group) -> bool:
    return holds(person, "people.sanction", group)


def can_sanction(person: Actor, other: Person, group: Group) -> bool:
    """Nobody themselves; an owner only by an owner."""
    if person == other or not can_look_at_reports(person, group):
        return False
    return is_owner(person, group) or not is_owner(other, group)


def can_lift(person: Actor, laid: Sanction) -> bool:
    return can_sanction(person, laid.person, laid.group)


def can_appeal(person: Person, laid: Sanction) -> bool:
    """Whoever it is laid on, while it is in force or is a warning that stands."""
    return person.is_active and person.pk == laid.person_id and laid.is_in_force


def can_decide_appeal(person: Actor, laid: Sanction) -> bool:
    """Another moderator than the one who laid it; that one only where there is no other."""
    if not can_lift(person, laid):
        return False
    is_own = isinstance(person, Person) and laid.by_id == person.pk
    return not is_own or not other_moderators(laid).exists()


def other_moderators(laid: Sanction) -> MembershipQuerySet:
    """Members who could decide about a sanction and did not lay it."""
    members = Membership.objects.current().filter(group=laid.group, person__is_active=True)
    others = members.exclude(person__in=[laid.person_id, laid.by_id or 0]).holding("people.sanction")
    if not is_owner(laid.person, laid.group):
        return others
    return others.filter(person__in=owners_of(laid.group).values("person"))


def is_member(person: Person, group: Group) -> bool:
    return Membership.objects.current().filter(person=person, group=group).exists()


def owners_of(group: Group) -> MembershipQuerySet:
    """Return the memberships that carry the owner's role in the group itself, now."""
    grants = RoleGrant.objects.valid().filter(role__group=group, role__key=Role.BuiltIn.OWNER)
    return Membership.objects.current().filter(pk__in=grants.values("membership"), person__is_active=True)


def is_owner(person: Actor, group: Group) -> bool:
    """An owner of the group, or of one above whose roles count here."""
    if isinstance(person, Operator):
        return True
    owner = RoleGrant.objects.valid().filter(role__key=Role.BuiltIn.OWNER, membership__person=person)
    return owner.filter(role__group__reached__below=group, role__group__reached__is_open=True).exists()


def is_last_owner(person: Person, group: Group) -> bool:
    """A group is never without an owner who can act: one to whom something is denied does not count."""
    owners = set(owners_of(group).values_list("person_id", flat=True))
    denied = Denial.objects.unlifted().filter(group__reached__below=group, person__in=owners - {person.pk})
    return person.pk in owners and owners - set(denied.values_list("person_id", flat=True)) == {person.pk}


def is_denied_something(person: Person, group: Group) -> bool:
    """Here or in a group above, now or from a later day on."""
    return Denial.objects.unlifted().filter(person=person, group__reached__below=group).exists()


def may_leave_all(person: Person) -> None:
    """Refuse where other people's groups would be without anybody who can manage them."""
    owned = Membership.objects.current().filter(person=person, grants__role__key=Role.BuiltIn.OWNER)
    groups = Group.objects.filter(pk__in=owned.values("group")).order_by("name")
    alone = [group for group in groups if is_last_owner(person, group) and _has_others(group, person)]
    if alone:
        names = ", ".join(group.name for group in alone)
        raise Refused(_("You are the only owner of %(groups)s. Make somebody else owner first.") % {"groups": names})


def _has_others(group: Group, person: Person) -> bool:
    return Membership.objects.current().filter(group=group).exclude(person=person).exists()
