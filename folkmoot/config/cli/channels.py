import click
from django.conf import settings

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail, group_named
from folkmoot.conversations import operations
from folkmoot.conversations.models import Channel

VIA = "command"


@click.group()
def channel() -> None:
    """Make, list and change the channels of a group."""


@channel.command("create")
@click.argument("group_slug", metavar="GROUP")
@click.argument("slug")
@click.option("--name", default="", help="What people call it.")
@click.option("--purpose", default="", help="What it is for, in one line.")
@click.option("--anonymous/--no-anonymous", "allows_anonymous", default=False, help="Members may leave out their name.")
@click.option("--later/--no-later", "allows_scheduled", default=True, help="Members may write what is sent later.")
@as_json
@command
def create(group_slug: str, slug: str, wants_json: bool, **said: object) -> None:
    """Give GROUP the channel SLUG; its mail address works at once."""
    made = operations.make_channel(group_named(group_slug), slug=slug, by=OPERATOR, via=VIA, **said)
    answer(_facts(made), f"{made.label} is there\nIts list is {_address(made)}", wants_json=wants_json)


@channel.command("list")
@click.argument("group_slug", metavar="GROUP")
@as_json
@command
def list_channels(group_slug: str, wants_json: bool) -> None:
    """List the channels of GROUP."""
    group = group_named(group_slug)
    operations.main_channel(group)
    channels = list(group.channels.select_related("group").order_by("slug"))
    lines = "\n".join(f"{one.label:<22} {_address(one)}{'  closed' if one.closed_at else ''}" for one in channels)
    answer([_facts(one) for one in channels], lines, wants_json=wants_json)


@channel.command("change")
@click.argument("group_slug", metavar="GROUP")
@click.argument("slug")
@click.option("--name")
@click.option("--purpose")
@click.option("--anonymous/--no-anonymous", "allows_anonymous", default=None)
@click.option("--later/--no-later", "allows_scheduled", default=None)
@click.option("--close/--reopen", "closes", default=None, help="Closed, it can only be read.")
@as_json
@command
def change(group_slug: str, slug: str, closes: bool | None, wants_json: bool, **said: object) -> None:
    """Change the channel SLUG of GROUP; “main” is the group's own address."""
    found = _named(group_slug, slug)
    settings_said = {name: value for name, value in said.items() if value is not None}
    if settings_said:
        operations.change_channel(found, by=OPERATOR, via=VIA, **settings_said)
    if closes is not None:
        (operations.close_channel if closes else operations.reopen_channel)(found, by=OPERATOR, via=VIA)
    found.refresh_from_db()
    answer(_facts(found), f"{found.label} is changed", wants_json=wants_json)


def _named(group_slug: str, slug: str) -> Channel:
    group = group_named(group_slug)
    if slug == "main":
        return operations.main_channel(group)
    found = group.channels.filter(slug=slug.lower()).select_related("group").first()
    if found is None:
        fail(f"{group.name} has no channel “{slug}”", NOT_FOUND)
    return found


def _address(channel: Channel) -> str:
    return f"{channel}@{settings.HOST}"


def _facts(channel: Channel) -> dict[str, object]:
    return {
        "slug": channel.slug,
        "name": channel.name,
        "purpose": channel.purpose,
        "address": _address(channel),
        "page": settings.SITE + channel.get_absolute_url(),
        "allows_anonymous": channel.allows_anonymous,
        "allows_scheduled": channel.allows_scheduled,
        "closed_at": channel.closed_at,
        "topics": channel.topics.count(),
    }
