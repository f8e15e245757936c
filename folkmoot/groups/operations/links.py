"""Invitation links: whoever has one may join, as often and as long as it says."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.domains import any_domain
from folkmoot.accounts.models import OPERATOR, Actor, Person
from folkmoot.groups.models import Group, InvitationLink, Membership, Move, Moved, Reach, Role, RoleGrant
from folkmoot.groups.operations.coming_over import note_moved
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.members import REMOVED, Arrival, take_in
from folkmoot.groups.operations.roles import lock
from folkmoot.groups.operations.values import require_complete, write_values
from folkmoot.groups.queries import has_proven_at, open_links, was_removed_since
from folkmoot.groups.rules import can_confer, can_manage_members, is_denied_something, is_member
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

MOST_OPEN = 50  # links of one group
MOST_USES = 100_000
NOT_YOURS = _("You can't invite people to this group.")


def make_link(
    group: Group,
    *,
    ends_at: datetime | None = None,
    most_uses: int | None = None,
    domain: str = "",
    role: Role | None = None,
    subgroups: Iterable[Group] = (),
    token: str = "",
    by: Actor,
    via: str,
) -> InvitationLink:
    """Make a link that lets people in. Nobody hands out by it what they could not give themselves.

    `token` is for one whose address is typed; else it is too long for that.
    """
    domain, below = any_domain(domain) if domain.strip() else "", list(subgroups)
    _check_bounds(ends_at, most_uses)
    with transaction.atomic():
        group = lock(group)
        require(can_manage_members(by, group), NOT_YOURS)
        if group.closed_at:
            raise Refused(_("This group is closed."))
        if open_links(group).count() >= MOST_OPEN:
            raise Refused(_("A group has at most %(most)d links at once. Close one first.") % {"most": MOST_OPEN})
        _check_role(group, role, by)
        _check_subgroups(group, below, by)
        maker = by if isinstance(by, Person) else None
        link: InvitationLink = InvitationLink.objects.create(
            group=group, token=token or secrets.token_urlsafe(18), made_by=maker, ends_at=ends_at,
            most_uses=most_uses, domain=domain, role=role,
        )  # fmt: skip
        link.subgroups.set(below)
        record("link.made", link, by=by, via=via)
        note(group, "link.made", by=by, via=via, link=link.pk)
    return link


def close_link(link: InvitationLink, *, by: Actor, via: str) -> None:
    """Let nobody in by a link any more."""
    with transaction.atomic():
        require(can_manage_members(by, link.group), NOT_YOURS)
        if not InvitationLink.objects.filter(pk=link.pk, closed_at=None).update(closed_at=now()):
            raise Refused(_("This link is closed already."))
        record("link.closed", link, by=by, via=via)
        note(link.group, "link.closed", by=by, via=via, link=link.pk)


def come_by(
    link: InvitationLink,
    *,
    person: Person,
    address: str = "",
    values: Mapping[str, str] | None = None,
    via: str,
) -> Membership:
    """Join by a link. It counts once, and never more often than it says, however many come at once."""
    with transaction.atomic():
        group = lock(link.group)
        link = InvitationLink.objects.select_related("made_by", "group", "role__group").get(pk=link.pk)
        if is_member(person, group):
            raise Refused(_("You are a member already."))
        require(person.is_active, NOT_YOURS)
        if not can_manage_members(link.made_by or OPERATOR, group):
            raise Refused(_("This link is not valid any more. Ask those who run the group for a new one."))
        _check_person(link, person)
        _count(link)
        require_complete(group, values or {})
        membership = take_in(group, person=person, address=address, by=person, via=via, arrived_by=Arrival.LINK)
        write_values(membership, values or {}, runs=False)
        note_moved(Move.objects.filter(link=link).first(), [person.pk], way=Moved.Way.PAGE)
        _give(link, membership, via=via)
    return membership


def _check_bounds(ends_at: datetime | None, most_uses: int | None) -> None:
    if ends_at is not None and ends_at <= now():
        raise Refused(_("This is over already. Choose a later day."))
    if most_uses is not None and not 0 < most_uses <= MOST_USES:
        raise Refused(_("A link is for one person at least, and for %(most)d at most.") % {"most": MOST_USES})


def _check_role(group: Group, role: Role | None, by: Actor) -> None:
    if role is None:
        return
    if role.group_id != group.pk or role.audience or role.key == Role.BuiltIn.OWNER:
        raise Refused(_("This role can't be given by a link."))
    role.group = group  # with the access_version of now
    require(can_confer(by, role), _("You can't hand out this role, because you may less than it does."))


def _check_subgroups(group: Group, below: list[Group], by: Actor) -> None:
    """Those that lie below, and whose members the maker looks after as well."""
    reached = set(Reach.objects.filter(above=group).exclude(below=group).values_list("below", flat=True))
    for one in below:
        require(one.pk in reached and can_manage_members(by, one), _("You can't take people into this subgroup."))


def _check_person(link: InvitationLink, person: Person) -> None:
    """Whoever was taken out does not come back by a link that went round before."""
    if was_removed_since(person, link.group, link.made_at):
        raise Refused(REMOVED)
    if link.domain and not has_proven_at(person, link.domain):
        words = _("This link is for people with a mail address at %(domain)s. Add yours in your settings and prove it.")
        raise Refused(words % {"domain": link.domain})


def _count(link: InvitationLink) -> None:
    """In one statement, so that two at once are two."""
    found = InvitationLink.objects.filter(Q(most_uses=None) | Q(uses__lt=F("most_uses")), pk=link.pk, closed_at=None)
    if not found.filter(Q(ends_at=None) | Q(ends_at__gt=now())).update(uses=F("uses") + 1):
        raise Refused(_("This link is used up or over. Ask those who run the group for a new one."))


def _give(link: InvitationLink, membership: Membership, *, via: str) -> None:
    """What comes with the link, if whoever made it could still give it."""
    maker: Actor = link.made_by or OPERATOR
    if link.role and can_confer(maker, link.role) and not is_denied_something(membership.person, membership.group):
        RoleGrant.objects.get_or_create(
            membership=membership, role=link.role, defaults={"begun_at": now(), "granted_by": link.made_by}
        )
        touch_access(membership.group)
        facts = {"role": link.role.pk, "membership": membership.pk, "link": link.pk}
        note(membership.group, "role.granted", by=maker, via="link", about=membership.person, **facts)
        role = link.role.name if link.role.key else link.role.pk
        record("role.granted", membership, by=link.made_by, via="link", role=role)
    for one in link.subgroups.filter(closed_at=None, merged_into=None):
        is_new = not is_member(membership.person, one)
        if is_new and can_manage_members(maker, one) and not was_removed_since(membership.person, one, link.made_at):
            _take_below(one, membership, via=via)


def _take_below(group: Group, membership: Membership, *, via: str) -> None:
    """A subgroup that is not for them is left out; they are in the group all the same."""
    person = membership.person
    try:
        with transaction.atomic():
            take_in(group, person=person, address="", by=person, via=via, arrived_by=Arrival.LINK)
    except Refused:
        return
