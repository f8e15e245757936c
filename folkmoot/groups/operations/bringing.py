"""A group that comes with a package. Inside the transaction of who brings it, with its talk."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from folkmoot.accounts.models import Actor, Operator
from folkmoot.groups import defaults, names
from folkmoot.groups.models import Group, MailName, Membership, Role, RoleGrant, RolePermission
from folkmoot.groups.operations.founding import MOST_LEVELS, MOST_SUBGROUPS, open_to_anyone
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.groups.operations.roles import MOST_ROLES
from folkmoot.groups.packages import BROUGHT, TABLES
from folkmoot.groups.rules import owners_of
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record
from folkmoot.store import unpacking
from folkmoot.store.packages import Row, Table
from folkmoot.store.unpacking import Arrivals, Keys

RowsOf = Callable[[Table], Iterable[Row]]


def check_tree(arrivals: Arrivals) -> None:
    """Refuse groups that are not one tree, or one that could not grow here."""
    parents: Sequence[int | None] = arrivals.kept[Group, "parent"]
    if not parents or parents[0] is not None or any(one is None for one in parents[1:]):
        raise Refused("groups.jsonl: it is not one group with all below it")
    for place in range(1, len(parents) + 1):
        path, at = 0, parents[place - 1]
        while at is not None:
            path, at = path + 1, parents[at - 1]
            if path > MOST_LEVELS:
                raise Refused(f"groups.jsonl, line {place}: groups stand below each other in a circle, or too deep")
    if len(parents) > MOST_SUBGROUPS * MOST_LEVELS:
        raise Refused("groups.jsonl: these are too many groups")


def free_addresses(arrivals: Arrivals, wished: Mapping[str, str]) -> dict[str, str]:
    """Return the addresses that the groups get here, by those they had. Says of all at once which are taken."""
    slugs: list[str] = arrivals.kept[Group, "slug"]
    if unknown := wished.keys() - set(slugs):
        raise Refused(f"there is no group “{min(unknown)}” in it, only {', '.join(slugs[:20])}")
    given = {one: wished.get(one, one) for one in slugs}
    wrong = [one for one in given.values() if not names.is_well_formed(one)]
    if wrong:
        raise Refused(f"“{wrong[0]}” is no address: at most 32 small letters, digits and hyphens")
    taken = sorted(one for one in given.values() if not names.is_free(one))
    if taken:
        raise Refused(f"taken here, or of another meaning: {', '.join(taken)}. Give others with --slug OLD=NEW")
    if len(set(given.values())) != len(slugs):
        raise Refused("two groups can't have the same address")
    return given


def bring_groups(rows_of: RowsOf, keys: Keys, *, slugs: Mapping[str, str], by: Actor, via: str) -> Group:
    """Write all that a package says of its groups; the first one is returned. Nobody is told of it."""
    require(isinstance(by, Operator) or by.is_administrator, "Only administrators of this place bring groups.")
    for table in TABLES:
        unpacking.write(table, _fitting(table, rows_of(table), slugs), keys, _more.get(table.name, _nothing))
    made = list(Group.objects.filter(pk__in=keys.places[Group]).order_by("pk"))
    root = Group.objects.get(pk=keys.places[Group][0])
    lay_reach(root)
    for group in made:
        _complete(group)
    note(root, BROUGHT, by=by, via=via)
    record(BROUGHT, root, by=by, via=via)
    return root


def bring_owner(group: Group, person_id: int) -> None:
    """Make somebody an owner of a group that came without one."""
    for one in Group.objects.filter(reaching__above=group):
        if _needs_owner(one):
            member, _made = Membership.objects.get_or_create(
                group=one, person_id=person_id, defaults={"arrived_by": Membership.Arrival.IMPORTED}
            )
            Membership.objects.filter(pk=member.pk).update(left_at=None, departed_by="", departed_why="")
            RoleGrant.objects.get_or_create(membership=member, role=one.roles.get(key=Role.BuiltIn.OWNER))


def require_owners(group: Group) -> None:
    """Refuse groups that nobody can look after: those on their own, and those closed to roles from above."""
    for one in Group.objects.filter(reaching__above=group).order_by("pk"):
        if _needs_owner(one):
            raise Refused(f"“{one.slug}” has no owner who could look after it. Name one with --owner ADDRESS")


def _needs_owner(group: Group) -> bool:
    return (group.parent_id is None or not group.inherits_roles) and not owners_of(group).exists()


def _nothing(row: Row) -> Row:
    return {}


# Facts of this database, which undoing would need, did not come along.
_more: dict[str, Callable[[Row], Row]] = {"history": lambda row: {"facts": {"brought": True}}}


def _fitting(table: Table, rows: Iterable[Row], slugs: Mapping[str, str]) -> Iterable[Row]:
    """Rows as they can be here: addresses that were given, and names before the @ that nobody has."""
    if table.model is Group:
        return (_addressed(row, slugs[row["slug"]]) for row in rows)
    if table.model is MailName:
        return (row for row in rows if names.is_free(row["local"]))
    return rows


def _addressed(row: Row, slug: str) -> Row:
    """Mail filters go on knowing a list by its first name, unless another list here has that."""
    is_known = row["list_name"] in (row["slug"], slug) and row["slug"] == slug
    list_name = row["list_name"] if is_known or names.is_free(row["list_name"]) else slug
    return {**row, "slug": slug, "list_name": list_name}


def _complete(group: Group) -> None:
    """Let it have what each group has: its address, the roles that are built in, owners who may do everything."""
    name, _is_new = MailName.objects.get_or_create(local=group.slug, defaults={"group": group})
    if name.group_id != group.pk:
        raise Refused(f"“{group.slug}” is the address of one group and a name of another")
    if group.roles.filter(key="").count() > MOST_ROLES:
        raise Refused(f"“{group.slug}” has more than {MOST_ROLES} roles of its own")
    for key, (audience, _permissions) in defaults.ROLES.items():
        role, is_new = Role.objects.get_or_create(group=group, key=key, defaults={"name": key, "audience": audience})
        if is_new or key == Role.BuiltIn.OWNER:
            rows = [RolePermission(role=role, name=name) for name in sorted(defaults.permissions_of(key))]
            RolePermission.objects.bulk_create(rows, ignore_conflicts=True)
    open_to_anyone(group)
