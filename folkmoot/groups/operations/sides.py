"""What companies are to a group, and how its members stand to them."""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Affiliation, Organization, Person
from folkmoot.groups.models import Group, Membership, OrganizationSide, Side
from folkmoot.groups.operations.ending import end
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.groups.rules import can_manage, is_last_owner
from folkmoot.groups.sides import Standpoint, elsewhere, fits, sides_in, standpoint, strongest_of_all
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.parts import in_parts
from folkmoot.outbox.operations import record

ForWhom = Group.ForWhom
NOT_YOURS = _("You can't say what companies are to this group.")
AT_ONCE = 500
LATELY = timedelta(days=3)  # the clock may have stood still


def name_side(group: Group, organization: Organization, *, side: str, by: Actor, via: str) -> None:
    """Say what a company is to a group and those below it; its people change sides at once."""
    if side not in {Side.INSIDE, Side.PARTNER, Side.CUSTOMER}:
        raise ValueError(f"not what a company can be: {side}")
    with transaction.atomic():
        group = _hold(group)
        require(can_manage(by, group), NOT_YOURS)
        before = OrganizationSide.objects.filter(group=group, organization=organization).first()
        OrganizationSide.objects.update_or_create(group=group, organization=organization, defaults={"side": side})
        _after(group, organization, before.side if before else "", side, by=by, via=via)


def remove_side(group: Group, organization: Organization, *, by: Actor, via: str) -> None:
    """Let a company be to a group what it is to those above it, or nothing."""
    with transaction.atomic():
        group = _hold(group)
        require(can_manage(by, group), NOT_YOURS)
        row = OrganizationSide.objects.filter(group=group, organization=organization).first()
        if row is None:
            return
        row.delete()
        _after(group, organization, row.side, "", by=by, via=via)


def limit(group: Group, *, for_whom: str, by: Actor, via: str) -> Group:
    """Say for which side a group is. Who is not of it is taken out, and roles from above no longer count."""
    with transaction.atomic():
        group = _hold(group)
        require(can_manage(by, group), _("You can't say whom this group is for."))
        before = group.for_whom
        if for_whom != before:
            closes = bool(for_whom and group.parent_id)
            group.for_whom, group.inherits_roles = ForWhom(for_whom), group.inherits_roles and not closes
            group.save(update_fields=["for_whom", "inherits_roles"])
            _refuse_unknowable(group)
            lay_reach(group)
            take_out_who_does_not_fit(group)
            touch_access(group)
            if isinstance(by, Person) and not can_manage(by, group):
                raise Refused(_("You would lock yourself out: you are not of this side, or manage it from above."))
            note(group, "group.limited", by=by, via=via, before=before, after=for_whom)
            record("group.changed", group, by=by, via=via, settings=["for_whom"])
    return group


def require_side(person: Person, group: Group) -> None:
    """Go on only where the group is for people on this person's side. Inside the caller's transaction."""
    if group.for_whom and not fits(standpoint(person, group).side, group.for_whom):
        words = {
            ForWhom.INSIDERS: _("This group is for people who are inside only."),
            ForWhom.OUTSIDERS: _("This group is for people from outside only."),
        }
        raise Refused(words[ForWhom(group.for_whom)])


def place_side(membership: Membership) -> None:
    """Note how a member stands to the companies today. Inside the caller's transaction."""
    found = standpoint(membership.person, membership.group)
    _place(membership.group, {found: [membership.pk]})


def place_sides(group: Group) -> None:
    """Note anew how all members of a group and of those below it stand. Inside the caller's transaction."""
    for one in Group.objects.filter(reaching__above=group):
        _place_members(one)
        take_out_who_does_not_fit(one)


def place_person(person: Person) -> None:
    """Note anew how a person stands in all groups, after they came to a company or left one."""
    for membership in Membership.objects.current().filter(person=person).select_related("group", "person"):
        with transaction.atomic():
            place_side(membership)
            take_out_who_does_not_fit(membership.group)


def place_turned() -> None:
    """Look at those whose affiliation began or ended by its date in these days. For the clock."""
    today = localdate()
    begun = Q(starts_on__gt=today - LATELY, starts_on__lte=today)
    over = Q(ends_on__gte=today - LATELY, ends_on__lt=today)
    turned = Affiliation.objects.filter(begun | over).values("person")
    for person in Person.objects.filter(pk__in=turned).order_by("pk").iterator():
        place_person(person)


def place_all() -> None:
    """Look at all groups that know companies. For the clock, and after what concerns many."""
    for group in Group.objects.filter(reaching__above__organization_sides__isnull=False).distinct():
        with transaction.atomic():
            _place_members(group)
            take_out_who_does_not_fit(group)


def take_out_who_does_not_fit(group: Group) -> None:
    """End the memberships of those whom the group is not for. Its last owner stays, to be able to change that."""
    if not group.for_whom or Side.INSIDE not in sides_in(group).values():
        return  # where nobody can be inside, that says nothing of anybody
    inside = Q(side=Side.INSIDE)
    wrong = group.memberships.current().filter(~inside if group.for_whom == ForWhom.INSIDERS else inside)
    for member in wrong.select_related("person", "group"):
        if is_last_owner(member.person, group):
            continue
        if end(member, Membership.Departure.RULE, group.get_for_whom_display()):
            note(group, "member.removed", by=None, via="rule", about=member.person, membership=member.pk)
            record("member.removed", member, by=None, via="rule")


def _hold(group: Group) -> Group:
    return Group.objects.select_for_update(no_key=True).get(pk=group.pk)


def _after(group: Group, organization: Organization, before: str, after: str, *, by: Actor, via: str) -> None:
    for one in Group.objects.filter(reaching__above=group).exclude(for_whom=""):
        _refuse_unknowable(one)
    place_sides(group)
    touch_access(group)
    if isinstance(by, Person) and not can_manage(by, group):
        raise Refused(_("You would lock yourself out. Let somebody of the side that this group is for do that."))
    note(group, "company.placed", by=by, via=via, organization=organization.pk, before=before, after=after)
    record("group.changed", group, by=by, via=via, settings=["companies"])


def _refuse_unknowable(group: Group) -> None:
    if group.for_whom and Side.INSIDE not in sides_in(group).values():
        raise Refused(
            _("Who is inside %(group)s has to be known: name a company that is inside first.") % {"group": group.name}
        )


def _place_members(group: Group) -> None:
    sides = sides_in(group)
    placed = strongest_of_all(sides, group=group)
    others, by_place = elsewhere(sides), defaultdict(list)
    known = group.memberships.current().values_list("pk", "person", "side", "organization")
    for membership_id, person_id, side, organization_id in known.iterator(chunk_size=5_000):
        wanted = placed.get(person_id, others)
        if (side, organization_id) != wanted[:2]:
            by_place[wanted].append(membership_id)
    _place(group, by_place)


def _place(group: Group, by_place: dict[Standpoint, list[int]] | defaultdict[Standpoint, list[int]]) -> None:
    changed = 0
    for place, keys in by_place.items():
        for some in in_parts(keys, AT_ONCE):
            rows = Membership.objects.filter(pk__in=some)
            rows = rows.exclude(side=place.side, organization=place.organization_id)
            changed += rows.update(side=place.side, organization=place.organization_id)
    if changed:
        touch_access(group)
