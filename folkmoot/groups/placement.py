"""Who fits a rule that places people in a group, and what such a rule says."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from folkmoot.accounts.domains import at_domain
from folkmoot.accounts.models import Address, Affiliation, Person
from folkmoot.groups.models import Membership, MemberValue, PlacementRule, Reach, Side

About = PlacementRule.About


def fitting(rule: PlacementRule) -> QuerySet[Person]:
    """The people a rule is about, today. All but those of another group are looked for in the group that it names."""
    people = Person.objects.filter(is_active=True)
    if rule.of_group_id is not None:
        people = people.filter(pk__in=_members_of(rule).values("person"))
    if rule.about == About.DOMAIN:
        there = Address.objects.filter(at_domain(rule.value), verified=True, user=OuterRef("pk"))
        return people.filter(Exists(there))
    if rule.about == About.ORGANIZATION:
        ties = Affiliation.objects.current().filter(organization=rule.organization_id)
        return people.filter(pk__in=ties.values("person"))
    return people


def _members_of(rule: PlacementRule) -> QuerySet[Membership]:
    members = Membership.objects.current().filter(group=rule.of_group_id)
    if rule.about == About.SIDE:
        return members.filter(side=rule.side)
    if rule.about == About.FIELD:
        said = MemberValue.objects.filter(field=rule.field_id, value__iexact=rule.value)
        return members.filter(pk__in=said.values("membership"))
    return members


def sleeps(rule: PlacementRule) -> bool:
    """Whether it waits: what is said of members of a group above counts only as long as that group is above."""
    if rule.group.closed_at or rule.group.merged_into_id:
        return True
    if rule.about == About.GROUP or rule.of_group_id is None:
        return False
    return not Reach.objects.filter(above=rule.of_group_id, below=rule.group_id).exists()


def in_words(rule: PlacementRule) -> str:
    """Tell a rule in one line."""
    where = rule.of_group.name if rule.of_group else _("this place")
    words = {
        About.DOMAIN: _("Members of %(where)s with a proven address at %(value)s"),
        About.GROUP: _("Members of %(where)s"),
        About.SIDE: _("Members of %(where)s who are %(side)s"),
        About.ORGANIZATION: _("Members of %(where)s who belong to %(company)s"),
        About.FIELD: _("Members of %(where)s who say “%(value)s” in “%(field)s”"),
    }[About(rule.about)]
    if rule.of_group is None:
        words = {
            About.DOMAIN: _("Everybody here with a proven address at %(value)s"),
            About.ORGANIZATION: _("Everybody here who belongs to %(company)s"),
        }.get(About(rule.about), words)
    return words % {
        "where": where,
        "value": rule.value,
        "side": Side(rule.side).label if rule.side else "",
        "company": rule.organization.name if rule.organization else "",
        "field": rule.field.label if rule.field else "",
    }
