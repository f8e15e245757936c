"""Rules that make people members because of something that is known of them, and let them go when it no longer is."""

import logging
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from folkmoot.accounts.models import OPERATOR, Address, Person
from folkmoot.groups.models import Denial, Group, Invitation, Membership, MembershipQuerySet, PlacementRule
from folkmoot.groups.operations.arrivals import Arriving, addresses_of, bring_in
from folkmoot.groups.operations.ending import end
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.members import take_in
from folkmoot.groups.operations.roles import lock
from folkmoot.groups.placement import fitting, sleeps
from folkmoot.groups.policy import room_in
from folkmoot.groups.rules import is_last_owner, owners_of
from folkmoot.groups.sides import unfit_of
from folkmoot.outbox.operations import record

logger = logging.getLogger(__name__)
AT_ONCE = 200  # people of one transaction
Arrival, Departure = Membership.Arrival, Membership.Departure


def run_rule(rule: PlacementRule, *, persons: Iterable[int] | None = None, most: int | None = None) -> int:
    """Place those who fit, and take out those who came by it and no longer do: all, or these persons only."""
    if sleeps(rule):
        return 0
    only = Q() if persons is None else Q(pk__in=list(persons))
    done, last = 0, 0
    while room_in(rule.group) != 0 and (some := _keys_of(_not_yet(rule).filter(only, pk__gt=last))):
        last = some[-1]
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
    """Look at all rules again. For the clock, once a night; what fails in one group stops no other."""
    for rule in PlacementRule.objects.whole().order_by("pk"):
        try:
            run_rule(rule)
        except Exception:
            logger.exception("placement rule %s failed", rule.pk)


def rules_about(person: Person, group: Group | None = None) -> list[PlacementRule]:
    """Those that look at a person: at the members of their groups, or of this one, or at everybody."""
    if group is not None:
        return list(PlacementRule.objects.whole().filter(of_group=group))
    theirs = Q(of_group__memberships__person=person) | Q(of_group=None)
    return list(PlacementRule.objects.whole().filter(theirs).distinct().order_by("pk"))


def _keys_of(people: QuerySet[Person]) -> list[int]:
    return list(people.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _not_yet(rule: PlacementRule) -> QuerySet[Person]:
    """Those who fit and never were here, or were taken out by a rule only; nobody who is banned or has said no."""
    there = Membership.objects.filter(group=rule.group_id, person=OuterRef("pk"))
    stays = there.exclude(left_at__isnull=False, departed_by=Departure.RULE)
    banned = Denial.objects.valid().filter(person=OuterRef("pk"), permission="", group__reached__below=rule.group_id)
    declined = Invitation.objects.filter(group=rule.group_id, is_accepted=False).values("address")
    said_no = Address.objects.filter(user=OuterRef("pk"), email__in=declined)
    return fitting(rule).filter(~Exists(stays), ~Exists(banned), ~Exists(said_no))


def _place(rule: PlacementRule, some: Sequence[int]) -> int:
    """Place who still fits, now that nobody else changes who is in the group; the rule may be gone meanwhile."""
    group = lock(rule.group)
    found = PlacementRule.objects.whole().filter(pk=rule.pk).first()
    if found is None or sleeps(found):
        return 0
    unfit, _strangers = unfit_of(group, some)
    keys = [key for key in _keys_of(_not_yet(found).filter(pk__in=some)) if key not in unfit][: room_in(group)]
    back = Membership.objects.filter(group=group, person__in=keys).select_related("person")
    returning = {one.person_id: one.person for one in back}
    made = _bring_in(found, group, [key for key in keys if key not in returning])
    for person in returning.values():
        take_in(
            group, person=person, address="", by=OPERATOR, via="rule", arrived_by=Arrival.RULE, placed_by=found,
            tells=True,
        )  # fmt: skip
    if keys:
        placed = [one.pk for one in made]
        note(group, "members.placed", by=None, via="rule", rule=rule.pk, count=len(keys), memberships=placed)
    return len(keys)


def _bring_in(rule: PlacementRule, group: Group, keys: Sequence[int]) -> list[Membership]:
    """They read here as they do in the group that the rule looks at."""
    reading = dict(Membership.objects.filter(group=rule.of_group_id, person__in=keys).values_list("person", "mail"))
    addresses = addresses_of(keys)
    coming = [Arriving(key, addresses.get(key), reading.get(key, Membership.Mail.EACH)) for key in keys]
    return bring_in(group, coming, arrived_by=Arrival.RULE, placed_by=rule, tells=True, by=OPERATOR, via="rule")


def _take_out(rule: PlacementRule, persons: Iterable[int] | None) -> None:
    """Some at a time, each looked at again while nobody else changes who is in the group."""
    wrong = Membership.objects.current().filter(placed_by=rule).exclude(person__in=fitting(rule).values("pk"))
    if persons is not None:
        wrong = wrong.filter(person__in=list(persons))
    keys = list(wrong.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        with transaction.atomic():
            group = lock(rule.group)
            _part(rule, group, wrong.filter(pk__in=keys[start : start + AT_ONCE]))


def _part(rule: PlacementRule, group: Group, wrong: MembershipQuerySet) -> None:
    """Who fits another rule of the group stays by that one; its last owner stays in any case."""
    rest = {one.person_id: one for one in wrong.select_related("person", "group").order_by("pk")}
    for other in PlacementRule.objects.whole().filter(group=group).exclude(pk=rule.pk).order_by("pk"):
        if rest and not sleeps(other):
            fit = fitting(other).filter(pk__in=list(rest)).values_list("pk", flat=True)
            stay = [rest.pop(key).pk for key in list(fit)]
            Membership.objects.filter(pk__in=stay).update(placed_by=other)
    owners = set(owners_of(group).values_list("pk", flat=True)) if rest else set()
    for member in rest.values():
        if member.pk not in owners or not is_last_owner(member.person, group):
            _let_go(member, group)


def _let_go(member: Membership, group: Group) -> None:
    if end(member, Departure.RULE):
        note(group, "member.removed", by=None, via="rule", about=member.person, membership=member.pk)
        record("member.removed", member, by=None, via="rule")
