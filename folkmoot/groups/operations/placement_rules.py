"""The rules that place people: who makes one has to look after those whom it looks at."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.domains import clean_domain
from folkmoot.accounts.models import Actor, Operator, Organization
from folkmoot.groups.deciding import holds
from folkmoot.groups.fields import cleaned
from folkmoot.groups.models import Group, MemberField, PlacementRule, Reach, Side
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.placing import run_rule
from folkmoot.groups.operations.roles import lock
from folkmoot.groups.placement import About
from folkmoot.groups.rules import can_manage_members
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

MOST_NOW = 1_000  # that are placed while somebody waits; the worker does the others
MOST_RULES = 30
NOT_YOURS = _("You can't say who is placed in this group.")
NOT_ABOVE = _("Such a rule looks at the members of a group above, and you have to look after those.")


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
        _refuse_ring(rule)
        rule.save(force_insert=True)
        note(group, "rule.made", by=by, via=via, rule=rule.pk)
        record("rule.made", rule, by=by, via=via)
    run_rule(rule, most=MOST_NOW)
    return rule


def remove_rule(rule: PlacementRule, *, by: Actor, via: str) -> None:
    """Place nobody by it any more. Who came by it stays."""
    with transaction.atomic():
        lock(rule.group)  # nobody is being placed by it now
        require(can_manage_members(by, rule.group), NOT_YOURS)
        note(rule.group, "rule.removed", by=by, via=via)
        record("rule.removed", rule, by=by, via=via)
        PlacementRule.objects.filter(pk=rule.pk).delete()


def _complete(rule: PlacementRule, by: Actor) -> None:
    """Check that a rule says all it needs and nothing else, and that whoever makes it may know what it tells."""
    for part, nothing in _NOTHING.items():
        if part not in _PARTS[About(rule.about)]:
            setattr(rule, part, nothing)
    _CHECKS[About(rule.about)](rule, by)


def _check_domain(rule: PlacementRule, by: Actor) -> None:
    rule.value = clean_domain(rule.value)
    _look_above(rule, by)


def _check_organization(rule: PlacementRule, by: Actor) -> None:
    if rule.organization is None:
        raise Refused(_("Which company? There is none of this name."))
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


_PARTS = {
    About.DOMAIN: {"value"}, About.ORGANIZATION: {"organization"}, About.GROUP: {"of_group"},
    About.SIDE: {"side", "of_group"}, About.FIELD: {"field", "value"},
}  # fmt: skip
_NOTHING = {"value": "", "of_group": None, "side": "", "organization": None, "field": None}


def _refuse_ring(rule: PlacementRule) -> None:
    """Where each group looks at the next and takes out again, people would be kept, or chased, by nothing but that."""
    seen: set[int] = set()
    looked_at = {rule.of_group_id} if rule.takes_out and rule.of_group_id else set()
    while looked_at:
        if rule.group_id in looked_at:
            raise Refused(
                _("Members of that group come by rules that look at this one. Let one of them take out nobody.")
            )
        seen |= looked_at
        further = PlacementRule.objects.filter(group__in=looked_at, takes_out=True, of_group__isnull=False)
        looked_at = set(further.values_list("of_group", flat=True)) - seen


def _is_above(above: Group, below: Group) -> bool:
    return Reach.objects.filter(above=above, below=below).exclude(above=below).exists()
