"""Make a group part of another, or a part of it a group of its own: what groups know. Talk is moved upstairs, in
`conversations.operations`, in the same transaction.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import (
    Application,
    Denial,
    Group,
    HistoryEntry,
    Invitation,
    MailName,
    MemberField,
    Membership,
    MemberValue,
    ModerationCase,
    PlacementRule,
    Reach,
    Responsibility,
    RoleGrant,
    Sanction,
)
from folkmoot.groups.operations.founding import found, touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.members import require_room, take_in
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.groups.operations.sides import place_sides
from folkmoot.groups.operations.subgroups import hold_tree
from folkmoot.groups.rules import is_owner, owners_of
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.parts import in_parts
from folkmoot.outbox.operations import record

MOST_SPLIT_OFF = 5_000
AT_ONCE = 500  # members whose roles one query asks for


def unite(group: Group, *, into: Group, by: Actor, via: str) -> None:
    """Give a group's members, roles of the same name, duties, subgroups, names and history to another, for good.

    Inside the transaction of who moves its talk.
    """
    group, into = hold_tree(group), Group.objects.select_for_update(no_key=True).get(pk=into.pk)
    _require_unite(group, into, by)
    there = into.memberships.current().values("person")
    require_room(into, more=group.memberships.current().exclude(person__in=there).count())
    kept = _bring_members(group, into)
    _bring_fields(group, into, kept)
    _bring_duties(group, into, kept)
    _bring_what_waits(group, into)
    _bring_conduct(group, into)
    MailName.objects.filter(group=group).update(group=into)
    Group.objects.filter(merged_into=group).update(merged_into=into)
    HistoryEntry.objects.filter(group=group).update(group=into)
    for subgroup in Group.objects.filter(parent=group):
        Group.objects.filter(pk=subgroup.pk).update(parent=into)
    touch_access(group)
    Group.objects.filter(pk=group.pk).update(merged_into=into, closed_at=now(), parent=None)
    lay_reach(Group.objects.get(pk=group.pk))
    lay_reach(Group.objects.get(pk=into.pk))
    place_sides(into)
    touch_access(into)
    note(into, "group.merged", by=by, via=via, merged=group.pk)
    record("group.merged", group, by=by, via=via, into_id=into.pk)


def split_off(
    group: Group, *, founder: Person, members: Iterable[int], by: Actor, via: str, is_below: bool = True, **named: Any
) -> Group:
    """Found a group of some members of another, below it or beside it. They stay members of that one, too.

    Inside the transaction of who moves its talk.
    """
    require(holds(by, "subgroups.manage", group), _("You can't split this group."))
    if Group.objects.filter(pk=group.pk).exclude(closed_at=None).exists():
        raise Refused(_("This group is closed."))
    parent = group if is_below else group.parent
    keys = list(members)
    if len(keys) > MOST_SPLIT_OFF:
        raise Refused(_("At most %(most)d members at once, please.") % {"most": MOST_SPLIT_OFF})
    chosen = group.memberships.current().filter(pk__in=keys).select_related("person", "address")
    like = {} if parent else {"visibility": group.visibility, "joining": group.joining, "proof": group.proof}
    made = found(founder=founder, parent=parent, type=group.type, by=by, via=via, **{**like, **named})
    for member in chosen:
        if member.person_id != founder.pk:
            address = member.address.email if member.address else ""
            take_in(made, person=member.person, address=address, by=by, via=via, mail=member.mail)
    note(group, "group.split", by=by, via=via, made=made.pk, members=[one.pk for one in chosen])
    record("group.split", made, by=by, via=via, from_id=group.pk)
    return made


def _require_unite(group: Group, into: Group, by: Actor) -> None:
    allowed = is_owner(by, group) and is_owner(by, into)
    require(allowed, _("Only who owns both groups can make them one."))
    if group.merged_into_id or into.merged_into_id:
        raise Refused(_("This group is part of another already."))
    if Reach.objects.filter(above=group, below=into).exists():
        raise Refused(_("A group can become part of one above it or beside it, not of one below it."))
    if group.closed_at or into.closed_at:
        raise Refused(_("This group is closed. Nothing can be added to it."))
    if into.for_whom:
        raise Refused(_("The other group is for one side only. Let it be for everyone first."))


def _bring_members(group: Group, into: Group) -> dict[int, Membership]:
    """Move the memberships; who is in both keeps that of the other group. Returns those, by the id of the first."""
    kept = {one.person_id: one for one in into.memberships.all()}
    roles = {(role.key, role.name): role for role in into.roles.all()}
    both: dict[int, Membership] = {}
    for member in _with_grants(group):
        here = kept.get(member.person_id, member)
        if here is member:
            Membership.objects.filter(pk=member.pk).update(group=into)
        else:
            both[member.pk] = here
            _end_twice(member, here)
        _bring_grants(member, here, roles)
    return both


def _with_grants(group: Group) -> Iterator[Membership]:
    """All who are or were in it, some at a time: what hangs on them is asked for by their keys."""
    for some in in_parts(list(group.memberships.order_by("pk").values_list("pk", flat=True)), AT_ONCE):
        yield from Membership.objects.filter(pk__in=some).order_by("pk").prefetch_related("grants__role")


def _end_twice(member: Membership, here: Membership) -> None:
    """Who is in either is in it; a rule that had placed them lets go of them only if one had in both."""
    if member.left_at is None and (here.left_at is not None or member.placed_by_id is None):
        back = {"left_at": None, "departed_by": "", "departed_why": "", "placed_by": None}
        Membership.objects.filter(pk=here.pk).update(**back)
    Membership.objects.filter(pk=member.pk, left_at=None).update(left_at=now())


def _bring_grants(member: Membership, here: Membership, roles: dict[tuple[str, str], Any]) -> None:
    for grant in member.grants.all():
        role = roles.get((grant.role.key, grant.role.name))
        if role is None or RoleGrant.objects.filter(membership=here, role=role).exists():
            RoleGrant.objects.filter(pk=grant.pk).delete()
        else:
            RoleGrant.objects.filter(pk=grant.pk).update(membership=here, role=role)


def _bring_fields(group: Group, into: Group, both: dict[int, Membership]) -> None:
    """A field that the other group has, of the same kind, is the same one; where both hold an answer, its own stays."""
    here = {one.key: one for one in into.member_fields.all()}
    for one in group.member_fields.all():
        same = here.get(one.key)
        if same is None:
            MemberField.objects.filter(pk=one.pk).update(group=into)
        elif same.kind == one.kind:
            said = MemberValue.objects.filter(field=same).values("membership")
            MemberValue.objects.filter(field=one).exclude(membership__in=said).update(field=same)
    for before, kept in both.items():
        answered = MemberValue.objects.filter(membership=kept).values("field")
        MemberValue.objects.filter(membership=before).exclude(field__in=answered).update(membership=kept)


def _bring_duties(group: Group, into: Group, both: dict[int, Membership]) -> None:
    """An address that the other group uses already is lost; who is in both goes on holding what they held."""
    taken = Responsibility.objects.filter(group=into, ended_at=None).values("slug")
    moved = Responsibility.objects.filter(group=group)
    moved.filter(slug__in=taken).update(slug="")
    for field in ("holder", "deputy", "successor"):
        for before, here in both.items():
            moved.filter(**{field: before}).update(**{field: here})
    for role in group.roles.all():
        same = into.roles.filter(key=role.key, name=role.name).first()
        moved.filter(role=role).update(role=same)
    moved.update(group=into)


def _bring_what_waits(group: Group, into: Group) -> None:
    """Who asked, or was asked, to join the one now does so for the other, unless they are there or did so already."""
    there = Membership.objects.current().filter(group=into).values("person")
    asked = Application.objects.filter(group=into, decided_at=None).values("person")
    waiting = Application.objects.filter(group=group, decided_at=None)
    waiting.filter(Q(person__in=asked) | Q(person__in=there)).delete()
    Application.objects.filter(group=group).update(group=into)
    invited = Invitation.objects.filter(group=into, answered_at=None).values("address")
    Invitation.objects.filter(group=group, answered_at=None, address__in=invited).delete()
    Invitation.objects.filter(group=group).update(group=into, role=None)
    group.invitation_links.filter(closed_at=None).update(closed_at=now())
    group.placement_rules.all().delete()
    PlacementRule.objects.filter(of_group=group).exclude(group=into).update(of_group=into)
    group.elections.filter(decided_at=None).delete()


def _bring_conduct(group: Group, into: Group) -> None:
    """Whatever was laid on somebody in the one holds in the other: nobody gets free by a merger."""
    denied = Denial.objects.filter(group=into, lifted_at=None).values_list("person", "permission")
    for person, permission in list(denied):
        twice = Denial.objects.filter(group=group, person=person, permission=permission, lifted_at=None)
        twice.update(lifted_at=now())
    open_there = ModerationCase.objects.filter(group=into, closed_at=None).values("person")
    ModerationCase.objects.filter(group=group, closed_at=None, person__in=open_there).update(closed_at=now())
    for model in (Denial, ModerationCase, Sanction):
        model.objects.filter(group=group).update(group=into)


def first_owner(group: Group) -> Person:
    """Who owns a group longest; for a group that the command line splits off."""
    owner = owners_of(group).select_related("person").order_by("joined_at", "pk").first()
    if owner is None:
        raise Refused(_("This group has no owner. Say who shall own the new one."))
    return owner.person
