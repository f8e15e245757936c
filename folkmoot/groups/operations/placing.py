"""Rules that make people members because of something that is known of them, and let them go when it no longer is."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.domains import clean_domain
from folkmoot.accounts.models import OPERATOR, Actor, Operator, Organization, Person
from folkmoot.groups.deciding import holds
from folkmoot.groups.fields import cleaned
from folkmoot.groups.models import Denial, Group, MemberField, Membership, PlacementRule, Reach, Side
from folkmoot.groups.operations.arrivals import Arriving, addresses_of, bring_in
from folkmoot.groups.operations.duties.holding import leave_all_duties
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.members import take_in
from folkmoot.groups.operations.roles import lock
from folkmoot.groups.placement import About, fitting, sleeps
from folkmoot.groups.rules import can_manage_members, is_last_owner
from folkmoot.groups.sides import unfit_of
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

AT_ONCE = 200  # people of one transaction
MOST_NOW = 1_000  # that are placed while somebody waits; the worker does the others
MOST_RULES = 30
NOT_YOURS = _("You can't say who is placed in this group.")
NOT_ABOVE = _("Such a rule looks at the members of a group above, and you have to look after those.")
Arrival, Departure = Membership.Arrival, Membership.Departure


def make_rule(
    group: Group,
    *,
    about: str,
    value: str = "",
    of_group: Group | None = None,
    side: str = "",
    organization: Organization | None = None,
    field: MemberField | None = None,
    takes_out: bool = False,
    by: Actor,
    via: str,
) -> PlacementRule:
    """Place people in a group by a rule, now and whenever somebody comes to fit it."""
    with transaction.atomic():
        group = lock(group)
        require(can_manage_members(by, group), NOT_YOURS)
        if group.placement_rules.count() >= MOST_RULES:
            raise Refused(_("At most %(most)d rules.") % {"most": MOST_RULES})
        rule = PlacementRule(
            group=group, about=About(about), value=value, of_group=of_group, side=side, organization=organization,
            field=field, takes_out=takes_out,
        )  # fmt: skip
        _complete(rule, by)
        rule.save(force_insert=True)
        note(group, "rule.made", by=by, via=via, rule=rule.pk)
        record("rule.made", rule, by=by, via=via)
    run_rule(rule, most=MOST_NOW)
    return rule


def remove_rule(rule: PlacementRule, *, by: Actor, via: str) -> None:
    """Place nobody by it any more. Who came by it stays."""
    with transaction.atomic():
        require(can_manage_members(by, rule.group), NOT_YOURS)
        note(rule.group, "rule.removed", by=by, via=via)
        record("rule.removed", rule, by=by, via=via)
        PlacementRule.objects.filter(pk=rule.pk).delete()


def run_rule(rule: PlacementRule, *, persons: Iterable[int] | None = None, most: int | None = None) -> int:
    """Place those who fit, and take out those who came by it and no longer do: all, or these persons only."""
    if sleeps(rule):
        return 0
    only = Q() if persons is None else Q(pk__in=list(persons))
    done, last = 0, 0
    while some := list(_not_yet(rule).filter(only, pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = some[-1].pk
        with transaction.atomic():
            done += _place(rule, some)
        if most is not None and done >= most:
            return done
    if rule.takes_out:
        _take_out(rule, persons)
    return done


def run_rules(rules: Iterable[PlacementRule], person: Person) -> None:
    """Look at one person again, after something about them has changed."""
    for rule in rules:
        run_rule(rule, persons=[person.pk])


def run_all_rules() -> None:
    """Look at all rules again. For the clock, once a night."""
    for rule in _whole(PlacementRule.objects.order_by("pk")):
        run_rule(rule)


def rules_about(person: Person, group: Group | None = None) -> list[PlacementRule]:
    """Those that look at a person: at the members of their groups, or of this one, or at everybody."""
    if group is not None:
        return list(_whole(PlacementRule.objects.filter(of_group=group)))
    theirs = Q(of_group__memberships__person=person) | Q(of_group=None)
    return list(_whole(PlacementRule.objects.filter(theirs).distinct().order_by("pk")))


def _whole(rules: QuerySet[PlacementRule]) -> QuerySet[PlacementRule]:
    return rules.select_related("group", "of_group", "field", "organization")


def _complete(rule: PlacementRule, by: Actor) -> None:
    """Check that a rule says all it needs, and that whoever makes it may know what it tells."""
    _CHECKS[About(rule.about)](rule, by)


def _check_domain(rule: PlacementRule, by: Actor) -> None:
    rule.value = clean_domain(rule.value)
    _look_above(rule, by)


def _check_organization(rule: PlacementRule, by: Actor) -> None:
    if rule.organization is None:
        raise Refused(_("Which company? There is none of this name."))
    rule.value = ""
    _look_above(rule, by)


def _look_above(rule: PlacementRule, by: Actor) -> None:
    """At the members of the group above; at everybody only where whoever runs the installation says so."""
    rule.of_group = rule.group.parent
    if rule.of_group is not None:
        require(can_manage_members(by, rule.of_group), NOT_ABOVE)
        return
    runs_all = isinstance(by, Operator) or by.is_administrator
    words = _("In a group with none above it, this would take in people who never heard of it. An administrator can.")
    require(runs_all, words)


def _check_group(rule: PlacementRule, by: Actor) -> None:
    if rule.of_group is None or rule.of_group == rule.group:
        raise Refused(_("Which group? Name another one, whose members you look after."))
    is_above = _is_above(rule.of_group, rule.group) and holds(by, "members.read", rule.of_group)
    require(is_above or can_manage_members(by, rule.of_group), _("You have to look after the members of that group."))


def _check_side(rule: PlacementRule, by: Actor) -> None:
    rule.of_group = rule.of_group or rule.group.parent
    if rule.side not in Side.values:
        raise Refused(_("Which side? Choose one."))
    above = rule.of_group
    require(above is not None and _is_above(above, rule.group) and holds(by, "members.read", above), NOT_ABOVE)


def _check_field(rule: PlacementRule, by: Actor) -> None:
    if rule.field is None:
        raise Refused(_("Which field? Choose one of a group above."))
    rule.of_group = rule.field.group
    require(_is_above(rule.of_group, rule.group) and can_manage_members(by, rule.of_group), NOT_ABOVE)
    rule.value = cleaned(rule.field, rule.value)[:200]
    if not rule.value:
        raise Refused(_("What has to stand in the field?"))


_CHECKS = {
    About.DOMAIN: _check_domain, About.ORGANIZATION: _check_organization, About.GROUP: _check_group,
    About.SIDE: _check_side, About.FIELD: _check_field,
}  # fmt: skip


def _is_above(above: Group, below: Group) -> bool:
    return Reach.objects.filter(above=above, below=below).exclude(above=below).exists()


def _not_yet(rule: PlacementRule) -> QuerySet[Person]:
    """Those who fit and never were here, or were taken out by a rule only; nobody who is banned."""
    there = Membership.objects.filter(group=rule.group_id, person=OuterRef("pk"))
    stays = there.exclude(left_at__isnull=False, departed_by=Departure.RULE)
    banned = Denial.objects.valid().filter(person=OuterRef("pk"), permission="", group__reached__below=rule.group_id)
    return fitting(rule).filter(~Exists(stays), ~Exists(banned))


def _place(rule: PlacementRule, some: list[Person]) -> int:
    group = lock(rule.group)
    unfit, _strangers = unfit_of(group, [one.pk for one in some])
    some = [one for one in some if one.pk not in unfit]
    keys = [one.pk for one in some]
    back = set(Membership.objects.filter(group=group, person__in=keys).values_list("person", flat=True))
    reading = dict(Membership.objects.filter(group=rule.of_group_id, person__in=keys).values_list("person", "mail"))
    addresses = addresses_of(keys)
    coming = [
        Arriving(key, addresses.get(key), reading.get(key, Membership.Mail.EACH)) for key in keys if key not in back
    ]
    made = bring_in(group, coming, arrived_by=Arrival.RULE, placed_by=rule, tells=True, by=OPERATOR, via="rule")
    for person in (one for one in some if one.pk in back):
        member = take_in(group, person=person, address="", by=OPERATOR, via="rule", arrived_by=Arrival.RULE)
        Membership.objects.filter(pk=member.pk).update(placed_by=rule)
    if some:
        placed = [one.pk for one in made]
        note(group, "members.placed", by=None, via="rule", rule=rule.pk, count=len(some), memberships=placed)
    return len(some)


def _take_out(rule: PlacementRule, persons: Iterable[int] | None) -> None:
    """Who fits another rule of the group stays by that one."""
    wrong = rule.placed.current().exclude(person__in=fitting(rule).values("pk"))
    if persons is not None:
        wrong = wrong.filter(person__in=list(persons))
    others = [
        one for one in _whole(PlacementRule.objects.filter(group=rule.group_id)) if one != rule and not sleeps(one)
    ]
    for member in list(wrong.select_related("person", "group").order_by("pk")):
        other = next((one for one in others if fitting(one).filter(pk=member.person_id).exists()), None)
        if other is not None:
            Membership.objects.filter(pk=member.pk).update(placed_by=other)
        else:
            _let_go(member)


def _let_go(member: Membership) -> None:
    with transaction.atomic():
        group = lock(member.group)
        if is_last_owner(member.person, group):
            return
        Membership.objects.filter(pk=member.pk).update(left_at=now(), departed_by=Departure.RULE)
        leave_all_duties(member)
        member.grants.all().delete()
        note(group, "member.removed", by=None, via="rule", about=member.person, membership=member.pk)
        record("member.removed", member, by=None, via="rule")
        touch_access(group)
