"""Why somebody may do something in a group, or may not: the chain of reasons."""

from dataclasses import dataclass

from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Denial, Group, Membership, Reach, Role, RoleGrant, Side


@dataclass(frozen=True)
class Reason:
    """One step of the chain: it gives, it takes, or it would if something were otherwise."""

    kind: str  # "anyone", "gives", "closed", "term", "denied", "nothing"
    words: str


@dataclass(frozen=True)
class Answer:
    """Whether somebody may, and every reason that has a part in it."""

    holds: bool
    reasons: tuple[Reason, ...]


def why(person: Person | None, permission: str, group: Group) -> Answer:
    """Look at each role that holds the permission here or above, and at each denial; decide by nothing else."""
    known = person if person is not None and person.is_active else None
    reaches = list(Reach.objects.filter(below=group).select_related("above").order_by("-is_open", "pk"))
    roles = [reason for reach in reaches for reason in _of_roles(known, permission, reach)]
    denials = _of_denials(known, permission, [reach.above for reach in reaches])
    is_open = any(reason.kind == "anyone" for reason in roles)
    carried = any(reason.kind == "gives" for reason in roles)
    reasons = [*roles, *denials] or [Reason("nothing", _("No role of theirs may do this."))]
    return Answer(is_open or (carried and not denials), tuple(reasons))


def _of_roles(person: Person | None, permission: str, reach: Reach) -> list[Reason]:
    roles = Role.objects.filter(group=reach.above, permissions__name=permission).order_by("pk")
    if reach.above_id != reach.below_id:  # each group says for itself what strangers and the signed in may
        roles = roles.exclude(audience__in=[Role.Audience.ANYONE, Role.Audience.SIGNED_IN])
    found = [(role, _how(person, role, reach.above)) for role in roles]
    return [_reason(kind, role, reach) for role, kind in found if kind]


def _how(person: Person | None, role: Role, group: Group) -> str:
    """Say by what the person carries a role: "" who does not."""
    if role.audience == Role.Audience.ANYONE:
        return "anyone"
    if person is None:
        return ""
    if role.audience == Role.Audience.SIGNED_IN:
        return "gives"
    membership = Membership.objects.filter(group=group, person=person, left_at=None).first()
    if role.audience == Role.Audience.GRANTED:
        return _how_granted(person, role)
    is_so = membership is not None and (role.audience == Role.Audience.MEMBERS or membership.side == role.audience)
    return "gives" if is_so and role.audience in {Role.Audience.MEMBERS, *Side.values} else ""


def _how_granted(person: Person, role: Role) -> str:
    grant = RoleGrant.objects.filter(role=role, membership__person=person, membership__left_at=None).first()
    if grant is None:
        return ""
    begun = grant.starts_at is None or grant.starts_at <= now()
    return "gives" if begun and (grant.ends_at is None or grant.ends_at > now()) else "term"


def _reason(kind: str, role: Role, reach: Reach) -> Reason:
    facts = {"role": role.label, "group": reach.above.name}
    if not reach.is_open:
        words = _("%(role)s of %(group)s may, but this group, or one between, has closed itself to roles from above.")
        return Reason("closed", words % facts)
    if kind == "term":
        return Reason("term", _("%(role)s of %(group)s may, but it is not the time of their term.") % facts)
    return Reason(kind, _("%(role)s of %(group)s may.") % facts)


def _of_denials(person: Person | None, permission: str, groups: list[Group]) -> list[Reason]:
    if person is None:
        return []
    denials = Denial.objects.valid().filter(person=person, group__in=groups, permission__in=["", permission])
    return [_denied(one) for one in denials.select_related("group").order_by("pk")]


def _denied(denial: Denial) -> Reason:
    facts = {"group": denial.group.name, "reason": denial.reason}
    if denial.ends_at:
        facts["day"] = denial.ends_at.date().isoformat()
        return Reason("denied", _("Denied in %(group)s until %(day)s: %(reason)s") % facts)
    return Reason("denied", _("Denied in %(group)s: %(reason)s") % facts)
