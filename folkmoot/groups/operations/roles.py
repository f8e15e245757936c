from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, HistoryEntry, Membership, Role, RoleGrant, RolePermission
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.permissions import catalogue
from folkmoot.groups.rules import can_change_roles, can_give, is_denied_something, is_last_owner, why_fixed
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

MOST_ROLES = 40  # of its own that a group has
NOT_YOURS = _("You can't change roles in this group.")


def make_role(group: Group, *, name: str, by: Actor, via: str) -> Role:
    """Give the group a role of its own, which holds nothing yet."""
    with transaction.atomic():
        group = lock(group)
        require(can_change_roles(by, group), NOT_YOURS)
        if group.roles.filter(key="").count() >= MOST_ROLES:
            raise Refused(_("A group has at most %(most)d roles of its own.") % {"most": MOST_ROLES})
        role = Role.objects.create(group=group, name=_free_name(group, name))
        note(group, "role.made", by=by, via=via, role=role.pk)
        record("role.made", role, by=by, via=via)
    return role


def rename_role(role: Role, *, name: str, by: Actor, via: str) -> Role:
    """Call one of the group's own roles something else."""
    with transaction.atomic():
        group = lock(role.group)
        require(can_change_roles(by, group), NOT_YOURS)
        _check_own(role)
        before = Role.objects.get(pk=role.pk).name
        role.name = _free_name(group, name, of=role)
        Role.objects.filter(pk=role.pk).update(name=role.name)
        note(group, "role.renamed", by=by, via=via, role=role.pk, before=before)
        record("role.renamed", role, by=by, via=via)
    return role


def remove_role(role: Role, *, by: Actor, via: str) -> None:
    """Take one of the group's own roles away. It has to be taken from its people first."""
    with transaction.atomic():
        group = lock(role.group)
        require(can_change_roles(by, group) and can_give(by, role), NOT_YOURS)
        _check_own(role)
        if role.grants.filter(membership__left_at=None).exists():
            raise Refused(_("Somebody carries this role. Take it from them first."))
        held = sorted(role.permissions.values_list("name", flat=True))
        note(group, "role.removed", by=by, via=via, role=role.pk, permissions=held)
        record("role.removed", role, by=by, via=via)
        role.delete()
        touch_access(group)


def allow(role: Role, *, permission: str, by: Actor, via: str) -> None:
    """Let whoever carries a role do one thing more. Nobody gives what they do not hold themselves."""
    with transaction.atomic():
        role.group = lock(role.group)
        _check_change(role, permission, by)
        _row, made = RolePermission.objects.get_or_create(role=role, name=permission)
        if made:
            _changed(role, "role.allowed", permission, by=by, via=via)


def disallow(role: Role, *, permission: str, by: Actor, via: str) -> None:
    """Let whoever carries a role do one thing less."""
    with transaction.atomic():
        role.group = lock(role.group)
        _check_change(role, permission, by)
        if RolePermission.objects.filter(role=role, name=permission).delete()[0]:
            _changed(role, "role.disallowed", permission, by=by, via=via)


def grant_role(
    membership: Membership,
    *,
    role: Role,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    by: Actor,
    via: str,
) -> RoleGrant:
    """Give a member a role, for good or for a term. Giving it again changes the term."""
    with transaction.atomic():
        group = lock(role.group)
        require(can_give(by, role), NOT_YOURS)
        _check_grant(membership, role, group)
        _check_term(role, starts_at, ends_at)
        begun = begun_at(starts_at)
        before = RoleGrant.objects.filter(membership=membership, role=role).first()
        grant, made = RoleGrant.objects.update_or_create(
            membership=membership,
            role=role,
            defaults={"starts_at": starts_at, "ends_at": ends_at, "begun_at": begun},
            create_defaults={
                "starts_at": starts_at, "ends_at": ends_at, "begun_at": begun,
                "granted_by": by if isinstance(by, Person) else None,
            },
        )  # fmt: skip
        touch_access(group)
        note(
            group, "role.granted", by=by, via=via, about=membership.person, role=role.pk, membership=membership.pk,
            again=not made, before=written_term(before) if before else None, **written_term(grant),
        )  # fmt: skip
        record("role.granted", membership, by=by, via=via, role=role.name if role.key else role.pk)
    return grant


def revoke_role(membership: Membership, *, role: Role, by: Actor, via: str) -> None:
    """Take a role from somebody, who may also lay it down. The last owner stays one."""
    with transaction.atomic():
        group = lock(role.group)
        require(by == membership.person or can_give(by, role), NOT_YOURS)
        grant = RoleGrant.objects.filter(membership=membership, role=role).first()
        if grant is None:
            return
        if role.key == Role.BuiltIn.OWNER and is_last_owner(membership.person, group):
            raise Refused(_("This is the group's only owner. Make somebody else owner first."))
        grant.delete()
        touch_access(group)
        note(
            group, "role.revoked", by=by, via=via, about=membership.person, role=role.pk, membership=membership.pk,
            **written_term(grant),
        )  # fmt: skip
        record("role.revoked", membership, by=by, via=via, role=role.name if role.key else role.pk)


def give_role_back(membership: Membership, *, role: Role, by: Actor, via: str) -> None:
    """Undo that a role was taken from somebody, or given for another term: it is back for the term that it had."""
    with transaction.atomic():
        lock(role.group)
        last = _last_change(membership, role)
        before = _term_before(last) if last else None
        if last is None or before is None:
            raise Refused(_("There is nothing to undo any more."))
        grant_role(membership, role=role, by=by, via=via, **term_of(before))
        giving = HistoryEntry.objects.filter(group=role.group, kind="role.granted", about=membership.person)
        HistoryEntry.objects.filter(pk=last.pk).update(undone_by=giving.order_by("-pk").first())


def _last_change(membership: Membership, role: Role) -> HistoryEntry | None:
    changes = HistoryEntry.objects.filter(group=role.group, about=membership.person, facts__role=role.pk)
    return changes.filter(kind__in=["role.granted", "role.revoked", "role.ended"]).order_by("-pk").first()


def _term_before(change: HistoryEntry) -> dict[str, Any] | None:
    """What was before a change that took something; nothing where it gave, or was an undoing itself."""
    if change.undone_by_id or HistoryEntry.objects.filter(undone_by=change).exists():
        return None
    if change.kind == "role.revoked":
        return change.facts
    return change.facts.get("before") if change.kind == "role.granted" else None


def term_of(facts: dict[str, Any]) -> dict[str, datetime | None]:
    """Read from when to when, as the history notes it."""
    written = {name: facts.get(name) for name in ("starts_at", "ends_at")}
    return {name: datetime.fromisoformat(at) if at else None for name, at in written.items()}


def written_term(grant: RoleGrant) -> dict[str, str | None]:
    """From when to when somebody carries a role, for the history."""
    return {"starts_at": _written(grant.starts_at), "ends_at": _written(grant.ends_at)}


def begun_at(starts_at: datetime | None) -> datetime | None:
    """Return when a term was seen to begin; None where the clock has yet to see it."""
    return None if starts_at and starts_at > now() else now()


def lock(group: Group) -> Group:
    """Let nobody else change who runs the group until this transaction is over: owners come and go one at a time."""
    return Group.objects.select_for_update(no_key=True).get(pk=group.pk)


def lock_owned(person: Person) -> None:
    """The same for all groups that somebody owns, for whoever is about to leave them all."""
    owned = RoleGrant.objects.filter(role__key=Role.BuiltIn.OWNER, membership__person=person).values("role__group")
    list(Group.objects.select_for_update(no_key=True).filter(pk__in=owned).order_by("pk").values_list("pk"))


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _changed(role: Role, kind: str, permission: str, *, by: Actor, via: str) -> None:
    touch_access(role.group)
    note(role.group, kind, by=by, via=via, role=role.pk, permission=permission)
    record("role.changed", role, by=by, via=via)


def _check_change(role: Role, permission: str, by: Actor) -> None:
    require(can_change_roles(by, role.group), NOT_YOURS)
    require(holds(by, permission, role.group), _("You can only give and take what you may do yourself."))
    known = next((one for one in catalogue() if one.name == permission), None)
    if known is None:
        raise Refused(_("There is nothing of that name to allow."))
    if words := why_fixed(role, known):
        raise Refused(words)


def _check_grant(membership: Membership, role: Role, group: Group) -> None:
    current = Membership.objects.current().filter(pk=membership.pk, group=group)
    if not current.exists():
        raise Refused(_("Only a member can carry a role."))
    if role.audience:
        raise Refused(_("This role is nobody's to give: people have it by what they are."))
    if role.key == Role.BuiltIn.OWNER and is_denied_something(membership.person, group):
        raise Refused(_("Something is denied to this person. Lift that first."))


def _check_term(role: Role, starts_at: datetime | None, ends_at: datetime | None) -> None:
    if ends_at and ends_at <= max(now(), starts_at or now()):
        raise Refused(_("A term ends after it begins, and not in the past."))
    if role.key == Role.BuiltIn.OWNER and (starts_at or ends_at):
        raise Refused(_("An owner has no term: they stay until somebody else is owner and takes the role from them."))


def _check_own(role: Role) -> None:
    if role.key:
        raise Refused(_("Each group has this role. It can't be renamed or removed."))


def _free_name(group: Group, name: str, *, of: Role | None = None) -> str:
    kept = "".join(char for char in name if char.isprintable()).strip()[:60]
    if not kept:
        raise Refused(_("A role has a name. Please write one."))
    others = group.roles.exclude(pk=of.pk if of else 0)
    if any(kept.casefold() in {one.name.casefold(), str(one.label).casefold()} for one in others):
        raise Refused(_("The group has a role of this name already."))
    return kept
