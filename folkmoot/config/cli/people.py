"""One person's things: taken out as a file, or erased. The pages call the same."""

from pathlib import Path

import click

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import erase as erase_account
from folkmoot.config.cli.archives import VIA
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail
from folkmoot.config.exports import write
from folkmoot.config.personal import PARTS


@click.command("person")
@click.argument("address")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
@command
def export_person(address: str, file: Path, wants_json: bool) -> None:
    """Write all that is stored about the person with ADDRESS into FILE, a ZIP."""
    person = person_at(address)
    if file.exists() or not file.parent.is_dir():
        raise click.BadParameter(f"{file} is there already, or its folder is not", param_hint="FILE")
    file.touch(mode=0o600)  # it holds what nobody else may read
    write(file, person)
    facts = {"person": person.handle, "file": str(file), "size": file.stat().st_size}
    answer(facts, f"All that is stored about {person.name} is in {file}", wants_json=wants_json)


@click.group()
def erase() -> None:
    """Erase for good."""


@erase.command("person")
@click.argument("address")
@click.option("--keep-words/--delete-words", "keep_words", default=None, help="What becomes of what they said.")
@as_json
@command
def erase_person(address: str, keep_words: bool | None, wants_json: bool) -> None:
    """Close the account of the person with ADDRESS and erase what is theirs; the worker does the rest in minutes."""
    if keep_words is None:
        raise click.UsageError("Say --keep-words (without their name) or --delete-words.")
    person = person_at(address)
    hinder = [part.let_go for part in PARTS]
    erase_account(person, keep_words=keep_words, by=OPERATOR, via=VIA, hinder=hinder)
    kept = "stay without their name" if keep_words else "are deleted"
    answer(
        {"erased": address, "keep_words": keep_words}, f"{address} is erased; their words {kept}", wants_json=wants_json
    )


def person_at(address: str) -> Person:
    """Find somebody by an address of theirs."""
    person = Person.objects.known_at(address)
    if person is None:
        fail(f"nobody here is known by {address}", NOT_FOUND)
    return person
