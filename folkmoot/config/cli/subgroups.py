import click

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import enrol
from folkmoot.config.cli.groups import VIA, facts_of_group, facts_of_member, member
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail, group_named
from folkmoot.conversations.operations import merge_groups, split_group
from folkmoot.groups import operations
from folkmoot.groups.models import Group, Membership


@click.group()
def subgroup() -> None:
    """Found groups below others, move, merge and split them."""


@subgroup.command("create")
@click.argument("parent", metavar="GROUP")
@click.argument("slug")
@click.option("--name", help="What people call it; made from the address when left out.")
@click.option("--owner", required=True, help="The address of whoever will run it.")
@click.option("--visibility", type=click.Choice(Group.Visibility.values), help="As GROUP's when left out.")
@click.option("--joining", type=click.Choice(Group.Joining.values), help="As GROUP's when left out.")
@as_json
@command
def create(parent: str, slug: str, name: str | None, owner: str, wants_json: bool, **said: str | None) -> None:
    """Found a group at SLUG below GROUP."""
    founder = Person.objects.known_at(owner) or enrol(name="", address=owner, via=VIA)
    above = group_named(parent)
    settings = {key: value for key, value in said.items() if value}
    made = operations.found(
        founder=founder, name=name or slug.title(), slug=slug, parent=above, by=OPERATOR, via=VIA, **settings
    )
    answer(_facts(made), f"{made.name} stands below {above.name}", wants_json=wants_json)


@subgroup.command("move")
@click.argument("slug", metavar="GROUP")
@click.option("--under", help="The group that it shall stand below; left out, it stands on its own.")
@as_json
@command
def move(slug: str, under: str | None, wants_json: bool) -> None:
    """Put GROUP below another, with all that is below it."""
    parent = group_named(under) if under else None
    moved = operations.move_group(group_named(slug), parent=parent, by=OPERATOR, via=VIA)
    where = f"below {parent.name}" if parent else "on its own"
    answer(_facts(moved), f"{moved.name} stands {where}", wants_json=wants_json)


@subgroup.command("merge")
@click.argument("slug", metavar="GROUP")
@click.argument("into")
@as_json
@command
def merge(slug: str, into: str, wants_json: bool) -> None:
    """Make GROUP part of INTO, with members and talk. This can't be undone."""
    merged = merge_groups(group_named(slug), into=group_named(into), by=OPERATOR, via=VIA)
    answer(_facts(merged), f"{slug} is part of {merged.name} now", wants_json=wants_json)


@subgroup.command("split")
@click.argument("slug", metavar="GROUP")
@click.argument("new_slug")
@click.option("--name", help="What people call the new group; made from the address when left out.")
@click.option("--member", "addresses", multiple=True, help="The address of a member who comes along; again for more.")
@click.option("--channel", help="A channel that comes along, with its past.")
@click.option("--owner", help="The address of whoever will run it; GROUP's first owner when left out.")
@click.option("--beside", is_flag=True, help="It stands beside GROUP, not below it.")
@as_json
@command
def split(
    slug: str,
    new_slug: str,
    name: str | None,
    addresses: tuple[str, ...],
    channel: str | None,
    owner: str | None,
    beside: bool,
    wants_json: bool,
) -> None:
    """Make members of GROUP, a channel of it, or both, a group at NEW_SLUG."""
    group = group_named(slug)
    moved = group.channels.filter(slug=channel).first() if channel else None
    if channel and moved is None:
        fail(f"{group.name} has no channel “{channel}”", NOT_FOUND)
    made = split_group(
        group,
        name=name or new_slug.title(),
        slug=new_slug,
        members=[_member(group, one).pk for one in addresses],
        channel=moved,
        owner=_person(owner) if owner else None,
        is_below=not beside,
        by=OPERATOR,
        via=VIA,
    )
    answer(_facts(made), f"{made.name} is a group of its own", wants_json=wants_json)


@member.command("assign")
@click.argument("address")
@click.argument("slug", metavar="SUBGROUP")
@as_json
@command
def assign(address: str, slug: str, wants_json: bool) -> None:
    """Make the member of a group above with ADDRESS a member of SUBGROUP."""
    group = group_named(slug)
    above = Membership.objects.current().filter(group__reached__below=group, person=_person(address))
    found = above.exclude(group=group).select_related("person", "address").first()
    if found is None:
        fail(f"{address} is a member of no group above {group.name}", NOT_FOUND)
    made = operations.assign(found, to=group, by=OPERATOR, via=VIA)
    answer(facts_of_member(made), f"{made.person.name} is a member of {group.name}", wants_json=wants_json)


def _person(address: str) -> Person:
    found = Person.objects.known_at(address)
    if found is None:
        fail(f"nobody is known by {address}", NOT_FOUND)
    return found


def _member(group: Group, address: str) -> Membership:
    found = group.memberships.current().filter(person=_person(address)).first()
    if found is None:
        fail(f"{address} is not a member of {group.name}", NOT_FOUND)
    return found


def _facts(group: Group) -> dict[str, object]:
    return facts_of_group(group) | {"parent": group.parent.slug if group.parent else None}
