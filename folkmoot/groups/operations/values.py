"""What members say in the fields of a group."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.fields import cleaned, fields_of, missing
from folkmoot.groups.models import Group, Membership, MemberValue
from folkmoot.groups.rules import can_manage_members
from folkmoot.kit.errors import NotAllowed, Refused, require
from folkmoot.outbox.operations import record


def describe_member(membership: Membership, values: Mapping[str, str], *, by: Actor, via: str) -> None:
    """Say something of a member in the group's fields, by their keys: the member what is theirs to say, and those who
    look after members all. What is empty goes.
    """
    group = membership.group
    with transaction.atomic():
        runs = can_manage_members(by, group)
        require(runs or by == membership.person, _("You can't say this of others."))
        if membership.left_at is not None:
            raise Refused(_("They are not a member any more."))
        write_values(membership, values, runs=runs)
        record("member.described", membership, by=by, via=via)


def write_values(membership: Membership, values: Mapping[str, str], *, runs: bool) -> None:
    """Keep what is said, checked. Inside the caller's transaction. `runs`: by somebody who looks after members."""
    fields = {one.key: one for one in fields_of(membership.group)}
    for key, text in values.items():
        one = fields.get(key)
        if one is None:
            raise Refused(_("The group does not ask for that."))
        if not (runs or one.is_set_by_members):
            raise NotAllowed(_("“%(field)s” is set by those who look after members.") % {"field": one.label})
        value = cleaned(one, text)
        if not value and one.is_required and one.is_set_by_members and not runs:
            raise Refused(_("Please say something in “%(field)s”.") % {"field": one.label})
        rows = MemberValue.objects.filter(field=one, membership=membership)
        if not value:
            rows.delete()
        elif not rows.update(value=value):
            MemberValue.objects.create(field=one, membership=membership, value=value)


def require_complete(group: Group, values: Mapping[str, str]) -> None:
    """Go on only where all is said that the group wants to know of who comes in."""
    names = ", ".join(f"“{one.label}”" for one in missing(group, values))
    if names:
        raise Refused(_("The group wants to know: %(fields)s. Please join on its page.") % {"fields": names})


def fill_in(group: Group, said: Mapping[int, Mapping[str, str]]) -> None:
    """Keep what a list says of many members, by their memberships, where nothing is said yet. It is checked already.

    Inside the caller's transaction.
    """
    fields = {one.key: one for one in fields_of(group)}
    rows = [
        MemberValue(field=fields[key], membership_id=membership, value=value)
        for membership, values in said.items()
        for key, value in values.items()
        if key in fields and value
    ]
    MemberValue.objects.bulk_create(rows, ignore_conflicts=True)
