"""The whole installation by command: what administrators do on its pages, and who they are."""

from pathlib import Path
from typing import Any

import click

from folkmoot.accounts import operations as accounts
from folkmoot.accounts.models import OPERATOR, Installation, Person
from folkmoot.accounts.models.installation import LONGEST as NOTICES
from folkmoot.accounts.operations.installation import CHANGEABLE
from folkmoot.accounts.queries import the_installation
from folkmoot.config.cli.groups import VIA
from folkmoot.config.cli.people import person_at
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail, group_named
from folkmoot.groups import operations
from folkmoot.groups.models import FoundingRequest, Inspection

NONE = -1  # of a number: as many as they like
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def installation() -> None:
    """Show and change what holds for the whole place."""


@installation.command("show")
@as_json
@command
def show(wants_json: bool) -> None:
    """Show what administrators have decided."""
    _say(wants_json)


@installation.command("set")
@click.option("--name", help="What people call it.")
@click.option("--hue", type=click.IntRange(-1, 359), help="Its colour, an angle; -1 for none.")
@click.option("--founding", type=click.Choice(Installation.Founding.values), help="Who may found groups.")
@click.option("--sign-up", type=click.Choice(Installation.SignUp.values), help="Who may make an account.")
@click.option("--most-groups", type=click.IntRange(-1), help="Groups that one person founds at most; -1 for no limit.")
@click.option("--most-members", type=click.IntRange(-1), help="Members of one group at most; -1 for no limit.")
@click.option("--imprint", type=FILE, help="A file in Markdown; an empty one takes the page away.")
@click.option("--privacy", type=FILE, help="The same.")
@click.option("--terms", type=FILE, help="The same.")
@as_json
@command
def change(wants_json: bool, **said: Any) -> None:
    """Change what is named, and nothing else."""
    settings = {key: _read(key, value) for key, value in said.items() if value is not None}
    if not settings:
        raise click.UsageError("Name at least one setting.")
    accounts.change_installation(by=OPERATOR, via=VIA, **settings)
    _say(wants_json)


def _read(key: str, value: Any) -> Any:
    if key in NOTICES:
        return value.read_text()
    return None if value == NONE else value


def _say(wants_json: bool) -> None:
    now = the_installation()
    facts = {name: getattr(now, name) for name in CHANGEABLE}
    lines = "\n".join(f"{key:<13} {_in_a_line(value)}" for key, value in facts.items())
    answer(facts, lines, wants_json=wants_json)


def _in_a_line(value: Any) -> str:
    line = " ".join(str("-" if value in ("", None) else value).split())
    return line if len(line) <= 80 else f"{line[:79]}…"


@click.group()
def administrator() -> None:
    """Say who runs the place on its pages."""


@administrator.command("list")
@as_json
@command
def list_administrators(wants_json: bool) -> None:
    """List them."""
    people = Person.objects.exclude(administrator_since=None).order_by("administrator_since", "pk")
    facts = [_person_facts(one) for one in people]
    lines = "\n".join(f"@{one['handle']:<20} {one['name']}" for one in facts)
    answer(facts, lines or "There is none yet. The first start of folkmoot serve shows a link.", wants_json=wants_json)


@administrator.command("add")
@click.argument("address")
@click.option("--name", default="", help="What to call somebody whom nobody here knows yet.")
@as_json
@command
def add(address: str, name: str, wants_json: bool) -> None:
    """Let the person with ADDRESS run the place; they sign in with a code that comes there."""
    person = Person.objects.known_at(address) or accounts.enrol(name=name, address=address, via=VIA)
    accounts.prove_address(person, address=address, via=VIA)  # the operator vouches for it
    accounts.name_administrator(person, by=OPERATOR, via=VIA)
    person.refresh_from_db()
    answer(_person_facts(person), f"{person.name} is an administrator now", wants_json=wants_json)


@administrator.command("remove")
@click.argument("address")
@as_json
@command
def remove(address: str, wants_json: bool) -> None:
    """Let the person with ADDRESS run the place no longer."""
    person = person_at(address)
    accounts.dismiss_administrator(person, by=OPERATOR, via=VIA)
    answer({"removed": person.handle}, f"{person.name} is no administrator any more", wants_json=wants_json)


def _person_facts(person: Person) -> dict[str, object]:
    since = person.administrator_since
    return {"handle": person.handle, "name": person.name, "since": since.isoformat() if since else None}


@click.group()
def founding() -> None:
    """Decide about groups that people ask for."""


@founding.command("list")
@click.option("--all", "wants_all", is_flag=True, help="Those that are decided, too.")
@as_json
@command
def list_wishes(wants_all: bool, wants_json: bool) -> None:
    """List the groups that people ask for."""
    wishes = FoundingRequest.objects.select_related("person", "group").order_by("asked_at", "pk")
    facts = [_wish_facts(one) for one in (wishes if wants_all else wishes.filter(decided_at=None))]
    lines = "\n".join(f"{one['id']:<5} {one['slug']:<32} {one['by']:<20} {one['answer']}".rstrip() for one in facts)
    answer(facts, lines or "Nobody waits for an answer.", wants_json=wants_json)


@founding.command("accept")
@click.argument("number", type=int)
@click.option("--reason", default="", help="Words for whoever asked.")
@as_json
@command
def accept(number: int, reason: str, wants_json: bool) -> None:
    """Found the group of wish NUMBER."""
    wish = operations.decide_founding(_wish(number), is_accepted=True, reason=reason, by=OPERATOR, via=VIA)
    answer(_wish_facts(wish), f"{wish.name} is founded", wants_json=wants_json)


@founding.command("refuse")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; whoever asked reads it.")
@as_json
@command
def refuse(number: int, reason: str, wants_json: bool) -> None:
    """Say no to wish NUMBER."""
    wish = operations.decide_founding(_wish(number), is_accepted=False, reason=reason, by=OPERATOR, via=VIA)
    answer(_wish_facts(wish), f"{wish.person.name} is told why", wants_json=wants_json)


def _wish(number: int) -> FoundingRequest:
    wish = FoundingRequest.objects.filter(pk=number).first()
    if wish is None:
        fail(f"nobody asked for a group under the number {number}", NOT_FOUND)
    return wish


def _wish_facts(wish: FoundingRequest) -> dict[str, object]:
    return {
        "id": wish.pk,
        "name": wish.name,
        "slug": wish.slug,
        "by": wish.person.handle,
        "words": wish.words,
        "asked": wish.asked_at.isoformat(timespec="seconds"),
        "answer": "" if wish.decided_at is None else "founded" if wish.group_id else "no",
        "reason": wish.reason,
    }


@click.group()
def inspection() -> None:
    """Let an administrator look into a group, before its owners' eyes."""


@inspection.command("begin")
@click.argument("group_slug", metavar="GROUP")
@click.argument("address")
@click.option("--reason", required=True, help="Why; the owners of the group read it.")
@click.option("--hours", type=int, default=4, show_default=True)
@as_json
@command
def begin(group_slug: str, address: str, reason: str, hours: int, wants_json: bool) -> None:
    """Let the administrator with ADDRESS read GROUP for some hours."""
    begun = operations.inspect(
        group_named(group_slug), administrator=person_at(address), reason=reason, hours=hours, by=OPERATOR, via=VIA
    )
    words = f"{begun.administrator.name} can read {begun.group.name} until {begun.ends_at:%Y-%m-%d %H:%M} UTC"
    answer(_look_facts(begun), words, wants_json=wants_json)


@inspection.command("end")
@click.argument("group_slug", metavar="GROUP")
@click.argument("address")
@as_json
@command
def end(group_slug: str, address: str, wants_json: bool) -> None:
    """End that at once."""
    group, person = group_named(group_slug), person_at(address)
    found = Inspection.objects.open().filter(group=group, administrator=person).first()
    if found is None:
        fail(f"{person.name} does not look into {group.name}", NOT_FOUND)
    operations.end_inspection(found, by=OPERATOR, via=VIA)
    answer({"ended": person.handle}, f"{person.name} looks into {group.name} no longer", wants_json=wants_json)


@inspection.command("list")
@click.argument("group_slug", metavar="GROUP")
@as_json
@command
def list_looks(group_slug: str, wants_json: bool) -> None:
    """List who looked into GROUP, when and why."""
    looks = Inspection.objects.filter(group=group_named(group_slug)).select_related("administrator", "group")
    facts = [_look_facts(one) for one in looks.order_by("began_at", "pk")]
    lines = "\n".join(f"{one['from']} to {one['until']}  {one['by']}: {one['reason']}" for one in facts)
    answer(facts, lines or "Nobody looked into it.", wants_json=wants_json)


def _look_facts(look: Inspection) -> dict[str, object]:
    until = look.ended_at or look.ends_at
    return {
        "group": look.group.slug,
        "by": look.administrator.handle,
        "reason": look.reason,
        "from": look.began_at.isoformat(timespec="minutes"),
        "until": until.isoformat(timespec="minutes"),
        "is_over": look.ended_at is not None,
    }
