from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups import defaults, names
from folkmoot.groups.models import Group, MailName, Membership, Reach, Role, RoleGrant, RolePermission, new_version
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.groups.rules import can_found, can_manage
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.models import Event
from folkmoot.outbox.operations import record

MOST_FOUNDED_A_DAY = 5
CHANGEABLE = frozenset(
    """
    name type purpose topics language place is_online time_zone visibility joining question proof hue initials
    first_posts_held
    """.split()
)


def found(
    *, founder: Person, name: str, slug: str = "", type: str = Group.Type.SOCIAL, via: str, **more: object
) -> Group:
    """Found a group: its address, its roles, and the founder as owner. The type fills in what is not said."""
    require(can_found(founder), _("You can't found a group."))
    today = Event.objects.filter(kind="group.founded", actor=founder, at__gt=now() - timedelta(days=1))
    if today.count() >= MOST_FOUNDED_A_DAY and not founder.is_administrator and via == "web":
        raise Refused(_("You have founded many groups today. Please go on tomorrow."))
    slug = slug or names.suggest(name)
    _check_slug(slug)
    settings = {**defaults.SETTINGS[type], **{key: value for key, value in more.items() if key in CHANGEABLE}}
    settings = {"initials": names.initials(name), "hue": names.hue(slug), **settings}
    with transaction.atomic():
        group = Group.objects.create(name=_clean(name), slug=slug, list_name=slug, type=type, **settings)
        MailName.objects.create(local=slug, group=group)
        lay_reach(group)
        _make_roles(group)
        membership = Membership.objects.create(
            group=group,
            person=founder,
            address=founder.addresses.order_by("-primary", "pk").first(),
            arrived_by=Membership.Arrival.FOUNDED,
        )
        RoleGrant.objects.create(membership=membership, role=group.roles.get(key=Role.BuiltIn.OWNER))
        record("group.founded", group, by=founder, via=via)
    return group


def change(group: Group, *, by: Actor, via: str, **settings: object) -> Group:
    """Change a group's settings; only those named in CHANGEABLE."""
    unknown = settings.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"not settings of a group: {sorted(unknown)}")
    with transaction.atomic():
        group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        require(can_manage(by, group), _("You can't change this group."))
        if "name" in settings:
            settings["name"] = _clean(str(settings["name"]))
        for key, value in settings.items():
            setattr(group, key, value)
        group.save(update_fields=[*settings, "access_version"])
        _open_to_anyone(group)
        touch_access(group)
        record("group.changed", group, by=by, via=via, settings=sorted(settings))
    return group


def rename(group: Group, *, slug: str, by: Actor, via: str) -> Group:
    """Give the group another address. The old ones keep working: the page redirects, the mail name is an alias."""
    _check_slug(slug, of=group)
    with transaction.atomic():
        group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        require(can_manage(by, group), _("You can't rename this group."))
        MailName.objects.get_or_create(local=slug, defaults={"group": group})
        Group.objects.filter(pk=group.pk).update(slug=slug)
        record("group.renamed", group, by=by, via=via)
    group.slug = slug
    return group


def touch_access(group: Group) -> None:
    """Say that who may do what has changed, here and in the groups that this one reaches."""
    below = Reach.objects.filter(above=group).values("below")
    Group.objects.filter(pk__in=below).update(access_version=new_version())


def _check_slug(slug: str, *, of: Group | None = None) -> None:
    if not names.is_well_formed(slug):
        raise Refused(_("An address has at most 32 small letters, digits and hyphens, like “tarn-users”."))
    if slug in names.RESERVED:
        raise Refused(_("The name “%(slug)s” has another meaning here. Please choose another.") % {"slug": slug})
    owner = MailName.objects.filter(local=slug).first()
    if owner is not None and (of is None or owner.group_id != of.pk):
        raise Refused(_("The name “%(slug)s” is taken, or was before.") % {"slug": slug})


def _clean(name: str) -> str:
    kept = "".join(char for char in name if char.isprintable()).strip()[:100]
    if not kept:
        raise Refused(_("A group has a name. Please write one."))
    return kept


def _make_roles(group: Group) -> None:
    for key, (audience, _permissions) in defaults.ROLES.items():
        role = Role.objects.create(group=group, key=key, name=key, audience=audience)
        permissions = sorted(defaults.permissions_of(key))
        RolePermission.objects.bulk_create(RolePermission(role=role, name=permission) for permission in permissions)
    _open_to_anyone(group)


def _open_to_anyone(group: Group) -> None:
    """Let strangers read where the group is visible to all, and nowhere else."""
    anyone = group.roles.get(audience=Role.Audience.ANYONE)
    if group.visibility == Group.Visibility.PUBLIC:
        rows = [RolePermission(role=anyone, name=name) for name in defaults.PUBLIC]
        RolePermission.objects.bulk_create(rows, ignore_conflicts=True)
    else:
        anyone.permissions.filter(name__in=defaults.PUBLIC).delete()
