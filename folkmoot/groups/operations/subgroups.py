"""The tree of groups: where a group stands, whether it closes itself, and who of the members above comes in."""

from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.deciding import holds, permissions_in
from folkmoot.groups.models import Group, HistoryEntry, Membership, Reach
from folkmoot.groups.operations.founding import MOST_LEVELS, require_alone, require_under, touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.members import take_in
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.groups.operations.sides import place_sides
from folkmoot.groups.rules import can_assign, can_manage, is_owner, owners_of
from folkmoot.kit.errors import NotAllowed, Refused, require
from folkmoot.outbox.operations import record


def move_group(group: Group, *, parent: Group | None, by: Actor, via: str) -> Group:
    """Put a group below another one, or let it stand on its own. What is below it comes along."""
    with transaction.atomic():
        group = hold_tree(group)
        before = group.parent
        if parent == before:
            return group
        _require_move(group, parent, by)
        owns, could = is_owner(by, group), _may(by, group)
        _put(group, parent)
        for one in filter(None, (before, parent)):
            touch_access(one)
        if not owns and not _may(by, group) <= could:
            raise NotAllowed(_("You would be allowed more in this group then. Only an owner of it can move it there."))
        facts: dict[str, Any] = {
            "moved": group.pk,
            "before": before.pk if before else None,
            "after": parent.pk if parent else None,
        }
        for one in filter(None, (group, before, parent)):
            note(one, "subgroup.moved", by=by, via=via, **facts)
        record("group.moved", group, by=by, via=via, from_id=facts["before"])
    return group


def move_group_back(group: Group, *, by: Actor, via: str) -> Group:
    """Put a group back to where it was moved from last."""
    with transaction.atomic():
        group = hold_tree(group)
        last = _last_move(group)
        if last is None or last.facts.get("after", 0) != group.parent_id:
            raise Refused(_("There is nothing to undo any more."))
        before = Group.objects.filter(pk=last.facts["before"], merged_into=None).first()
        if before is None and last.facts["before"]:
            raise Refused(_("Where this group came from is no more."))
        group = move_group(group, parent=before, by=by, via=via)
        HistoryEntry.objects.filter(pk=last.pk).update(undone_by=_last_move(group))
    return group


def close_itself(group: Group, *, by: Actor, via: str) -> Group:
    """Let roles of the groups above count no longer, here and below. Denials still do."""
    return _set_inherits(group, False, by=by, via=via)


def open_itself(group: Group, *, by: Actor, via: str) -> Group:
    """Let roles of the groups above count again."""
    return _set_inherits(group, True, by=by, via=via)


def share_figures(group: Group, *, shares: bool, by: Actor, via: str) -> Group:
    """Show those who run the groups above how many are here, how many are active, how much is said; or stop that."""
    with transaction.atomic():
        group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        require(can_manage(by, group), _("You can't change this group."))
        if group.shares_figures != shares:
            Group.objects.filter(pk=group.pk).update(shares_figures=shares)
            group.shares_figures = shares
            note(group, "figures.shared" if shares else "figures.kept", by=by, via=via)
            record("group.changed", group, by=by, via=via, settings=["shares_figures"])
    return group


def assign(member: Membership, *, to: Group, by: Actor, via: str) -> Membership:
    """Make a member of a group above a member of a subgroup, by whoever runs the subgroups or its members."""
    with transaction.atomic():
        require(can_assign(by, to), _("You can't assign people to this subgroup."))
        is_above = Reach.objects.filter(above=member.group_id, below=to).exclude(above=to).exists()
        if member.left_at or not is_above:
            raise Refused(_("Only members of a group above can be assigned."))
        if to.memberships.current().filter(person=member.person).exists():
            raise Refused(_("%(name)s is a member of %(group)s already.") % {"name": member.person, "group": to})
        address = member.address.email if member.address else ""
        assigned = take_in(to, person=member.person, address=address, by=by, via=via, mail=member.mail)
        Membership.objects.filter(pk=assigned.pk).update(arrived_by=Membership.Arrival.ADDED)
        note(to, "member.assigned", by=by, via=via, about=member.person, membership=assigned.pk)
    assigned.arrived_by = Membership.Arrival.ADDED
    return assigned


def _key(group: Group | None) -> int | None:
    return group.pk if group else None


def _last_move(group: Group) -> HistoryEntry | None:
    moves = HistoryEntry.objects.filter(group=group, kind="subgroup.moved", facts__moved=group.pk)
    return moves.order_by("-at", "-pk").first()


def hold_tree(group: Group) -> Group:
    """Lock the shape of all trees, and the group: two moves at once must not make a ring. One row stands for it."""
    list(Group.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)[:1])
    return Group.objects.select_for_update(no_key=True, of=("self",)).select_related("parent").get(pk=group.pk)


def _require_move(group: Group, parent: Group | None, by: Actor) -> None:
    """Owners of a group move it; and whoever runs the subgroups that it is one of, unless it has closed itself."""
    runs_it = group.parent is not None and group.inherits_roles and holds(by, "subgroups.manage", group.parent)
    require((is_owner(by, group) or runs_it) and not group.merged_into_id, _("You can't move this group."))
    if parent is None:
        if not has_owner(group):
            raise Refused(_("A group that stands on its own needs an owner of its own first."))
        require_alone(by, by)
        return
    require_under(by, parent)
    if Reach.objects.filter(above=group, below=parent).exists():
        raise Refused(_("A group can't stand below itself."))
    if _depth(parent) + _height(group) > MOST_LEVELS:
        raise Refused(_("Groups can stand %(most)d levels deep at most.") % {"most": MOST_LEVELS})


def _may(by: Actor, group: Group) -> frozenset[str]:
    group = Group.objects.get(pk=group.pk)  # with the access_version of now
    return permissions_in(group, by) if isinstance(by, Person) else frozenset()


def _depth(group: Group) -> int:
    return Reach.objects.filter(below=group).count()


def _height(group: Group) -> int:
    """How many levels the group and all below it make."""
    below = Reach.objects.filter(above=group).values("below")
    depths = Reach.objects.filter(below__in=below).values("below").annotate(depth=Count("pk")).order_by()
    return max(one["depth"] for one in depths) - _depth(group) + 1


def _put(group: Group, parent: Group | None) -> None:
    """Whatever is above it, now and before, changes who may do what here; not what is allowed up there."""
    group.parent = parent
    group.inherits_roles = group.inherits_roles and not (parent and group.for_whom)
    group.save(update_fields=["parent", "inherits_roles"])
    lay_reach(group)
    place_sides(group)
    touch_access(group)


def has_owner(group: Group) -> bool:
    return owners_of(group).exists()


def _set_inherits(group: Group, inherits: bool, *, by: Actor, via: str) -> Group:
    with transaction.atomic():
        group = hold_tree(group)
        require(is_owner(by, group), _("Only an owner of the group can say that."))
        if inherits and group.for_whom and group.parent_id:
            raise Refused(_("This group is for one side only, so roles of the groups above can't count here."))
        if not inherits and not has_owner(group):
            raise Refused(_("A group that closes itself needs an owner of its own first."))
        if group.inherits_roles != inherits:
            group.inherits_roles = inherits
            group.save(update_fields=["inherits_roles"])
            lay_reach(group)
            touch_access(group)
            note(group, "group.opened_itself" if inherits else "group.closed_itself", by=by, via=via)
            record("group.changed", group, by=by, via=via, settings=["inherits_roles"])
    return group
