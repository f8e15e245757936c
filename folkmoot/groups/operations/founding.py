from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from folkmoot.accounts.models import Actor, Installation, Person
from folkmoot.accounts.queries import the_installation
from folkmoot.accounts.rules import can_administer
from folkmoot.groups import defaults, names
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, MailName, Membership, Reach, Role, RoleGrant, RolePermission, new_version
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.groups.policy import can_found, founded_by
from folkmoot.groups.rules import can_manage
from folkmoot.groups.sides import standpoint
from folkmoot.kit.errors import NotAllowed, Refused, require
from folkmoot.outbox.models import Event
from folkmoot.outbox.operations import record

ASK_FIRST = _("Here an administrator decides about new groups. Ask for one.")
NOT_FOR_ALL = _("Only administrators found groups here.")
MOST_FOUNDED_A_DAY = 5
MOST_LEVELS = 8  # of groups below each other
MOST_SUBGROUPS = 500  # of one group
CHANGEABLE = frozenset(
    """
    name type purpose topics language place is_online time_zone visibility joining question proof hue initials
    first_posts_held
    """.split()
)


INHERITED = ("language", "time_zone", "visibility", "joining", "proof", "hue")  # of a subgroup, from the group above


def found(
    *,
    founder: Person,
    name: str,
    slug: str = "",
    type: str = "",
    parent: Group | None = None,
    by: Actor | None = None,
    via: str,
    **more: object,
) -> Group:
    """Found a group: its address, its roles, and the founder as owner. The type, or the group above it, fills in what
    is not said. `by` is who does it in the founder's name.
    """
    require(founder.is_active, _("You can't found a group."))
    today = Event.objects.filter(kind="group.founded", actor=founder, at__gt=now() - timedelta(days=1))
    if today.count() >= MOST_FOUNDED_A_DAY and not can_administer(by or founder) and via == "web":
        raise Refused(_("You have founded many groups today. Please go on tomorrow."))
    slug = slug or names.suggest(name)
    check_slug(slug)
    settings = _settings(type, parent, {"initials": names.initials(name), "hue": names.hue(slug)}, more)
    with transaction.atomic():
        if parent is None:
            require_alone(by or founder, founder)
        else:
            require_under(by or founder, parent)
        group = Group.objects.create(name=clean_name(name), slug=slug, list_name=slug, parent=parent, **settings)
        MailName.objects.create(local=slug, group=group)
        lay_reach(group)
        _make_roles(group)
        _make_first_owner(group, founder)
        record("group.founded", group, by=founder, via=via)
        if parent is not None:
            touch_access(parent)
            note(parent, "subgroup.founded", by=by or founder, via=via, subgroup=group.pk)
        note(group, "group.founded", by=founder, via=via)
    return group


def _settings(type: str, parent: Group | None, own: dict[str, Any], said: dict[str, object]) -> dict[str, Any]:
    """What a new group begins with: as its type has it, then as the group above has it, then as was said."""
    type = type or (parent.type if parent else Group.Type.SOCIAL)
    above = {key: getattr(parent, key) for key in INHERITED} if parent else {}
    known = {key: value for key, value in said.items() if key in CHANGEABLE}
    return {**own, **defaults.SETTINGS[type], **above, **known, "type": type}


def require_alone(by: Actor, owner: Actor) -> None:
    """Go on only where they may found groups that stand on their own, and as many. Inside the caller's transaction."""
    if not can_found(by):
        is_asked = the_installation().founding == Installation.Founding.APPROVAL
        raise NotAllowed(ASK_FIRST if is_asked else NOT_FOR_ALL)
    most = the_installation().most_groups
    if most is None or not isinstance(owner, Person) or can_administer(by):
        return
    Person.objects.select_for_update(no_key=True).get(pk=owner.pk)  # two at once must not both be the last
    if founded_by(owner) >= most:
        raise Refused(
            ngettext("You can found %(most)d group here.", "You can found %(most)d groups here.", most) % {"most": most}
        )


def require_under(by: Actor, parent: Group) -> None:
    """Go on only where they may put groups below this one, and there is room. Inside the caller's transaction."""
    require(holds(by, "subgroups.manage", parent), _("You can't change the subgroups of this group."))
    if parent.merged_into_id or parent.closed_at:
        raise Refused(_("This group is closed. Nothing can be put below it."))
    if Reach.objects.filter(below=parent).count() >= MOST_LEVELS:
        raise Refused(_("Groups can stand %(most)d levels deep at most.") % {"most": MOST_LEVELS})
    if Group.objects.filter(parent=parent, merged_into=None).count() >= MOST_SUBGROUPS:
        raise Refused(_("A group has %(most)d subgroups at most.") % {"most": MOST_SUBGROUPS})


def _make_first_owner(group: Group, founder: Person) -> None:
    place = standpoint(founder, group)
    membership = Membership.objects.create(
        group=group,
        person=founder,
        address=founder.addresses.order_by("-primary", "pk").first(),
        arrived_by=Membership.Arrival.FOUNDED,
        side=place.side,
        organization_id=place.organization_id,
    )
    RoleGrant.objects.create(membership=membership, role=group.roles.get(key=Role.BuiltIn.OWNER))


def change(group: Group, *, by: Actor, via: str, **settings: object) -> Group:
    """Change a group's settings; only those named in CHANGEABLE."""
    unknown = settings.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"not settings of a group: {sorted(unknown)}")
    with transaction.atomic():
        group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        require(can_manage(by, group), _("You can't change this group."))
        if "name" in settings:
            settings["name"] = clean_name(str(settings["name"]))
        before = {key: getattr(group, key) for key in settings}
        for key, value in settings.items():
            setattr(group, key, value)
        group.save(update_fields=[*settings, "access_version"])
        open_to_anyone(group)
        touch_access(group)
        record("group.changed", group, by=by, via=via, settings=sorted(settings))
        note(group, "group.changed", by=by, via=via, before=before)
    return group


def rename(group: Group, *, slug: str, by: Actor, via: str) -> Group:
    """Give the group another address. The old ones keep working: the page redirects, the mail name is an alias."""
    check_slug(slug, of=group)
    with transaction.atomic():
        group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        require(can_manage(by, group), _("You can't rename this group."))
        before = group.slug
        MailName.objects.get_or_create(local=slug, defaults={"group": group})
        Group.objects.filter(pk=group.pk).update(slug=slug)
        record("group.renamed", group, by=by, via=via)
        note(group, "group.renamed", by=by, via=via, before=before)
    group.slug = slug
    return group


def touch_access(group: Group) -> None:
    """Say that who may do what has changed, here and in the groups that this one reaches."""
    below = Reach.objects.filter(above=group).values("below")
    Group.objects.filter(pk__in=below).update(access_version=new_version())


def check_slug(slug: str, *, of: Group | None = None) -> None:
    """Refuse an address that no group can have, or not this one."""
    if not names.is_well_formed(slug):
        raise Refused(_("An address has at most 32 small letters, digits and hyphens, like “tarn-users”."))
    if slug in names.RESERVED:
        raise Refused(_("The name “%(slug)s” has another meaning here. Please choose another.") % {"slug": slug})
    owner = MailName.objects.filter(local=slug).first()
    if owner is not None and (of is None or owner.group_id != of.pk):
        raise Refused(_("The name “%(slug)s” is taken, or was before.") % {"slug": slug})


def clean_name(name: str) -> str:
    """Return a group's name as rows have it; refuse what is none."""
    kept = "".join(char for char in name if char.isprintable()).strip()[:100]
    if not kept:
        raise Refused(_("A group has a name. Please write one."))
    return kept


def _make_roles(group: Group) -> None:
    for key, (audience, _permissions) in defaults.ROLES.items():
        role = Role.objects.create(group=group, key=key, name=key, audience=audience)
        permissions = sorted(defaults.permissions_of(key))
        RolePermission.objects.bulk_create(RolePermission(role=role, name=permission) for permission in permissions)
    open_to_anyone(group)


def open_to_anyone(group: Group) -> None:
    """Let strangers read where the group is visible to all, and nowhere else; nothing at all where it is hidden."""
    anyone = group.roles.get(audience=Role.Audience.ANYONE)
    if group.visibility == Group.Visibility.PUBLIC:
        rows = [RolePermission(role=anyone, name=name) for name in defaults.PUBLIC]
        RolePermission.objects.bulk_create(rows, ignore_conflicts=True)
    else:
        anyone.permissions.filter(name__in=defaults.PUBLIC).delete()
    if group.visibility == Group.Visibility.HIDDEN:
        strangers = [Role.Audience.ANYONE, Role.Audience.SIGNED_IN]
        RolePermission.objects.filter(role__group=group, role__audience__in=strangers).delete()
