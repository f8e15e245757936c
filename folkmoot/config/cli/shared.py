"""What all commands share: output for people and for programs, and exit codes that mean something."""

import functools
import json
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click
from django.db import OperationalError

from folkmoot.groups.models import Group, MailName
from folkmoot.kit.errors import Refused
from folkmoot.store.migrating import migrate

REFUSED = 3  # the request can't be done, and the words say why
NOT_FOUND = 4  # what it is about does not exist
UNREADY = 5  # the database can't be reached

as_json = click.option("--json", "wants_json", is_flag=True, help="Answer with JSON, for programs.")


def fail(words: object, code: int) -> NoReturn:
    """End with words on standard error and an exit code."""
    click.echo(f"folkmoot: {words}", err=True)
    sys.exit(code)


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn refusals into words and exit codes; bring the tables up to date first."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            migrate()
            return function(*args, **kwargs)
        except Refused as refusal:
            fail(refusal, REFUSED)
        except OperationalError as error:
            fail(f"the database can't be reached: {error}", UNREADY)

    return run


def group_named(slug: str) -> Group:
    """Find a group by its name of today or an older one."""
    name = MailName.objects.filter(local=slug.lower()).select_related("group").first()
    if name is None or name.group is None:
        fail(f"there is no group “{slug}”", NOT_FOUND)
    return name.group


def answer(facts: object, words: str, *, wants_json: bool) -> None:
    """Print facts for programs or words for people."""
    click.echo(json.dumps(facts, ensure_ascii=False, indent=2, default=str) if wants_json else words)
