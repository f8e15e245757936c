import click
from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from folkmoot.accounts.models import Person
from folkmoot.accounts.operations import make_start_link
from folkmoot.config.cli.shared import answer, as_json, command
from folkmoot.config.demo import filling
from folkmoot.config.demo.reading import Circle
from folkmoot.conversations.models import Post, Topic
from folkmoot.groups.models import Group


@click.command()
@as_json
@command
def demo(wants_json: bool) -> None:
    """Fill an empty installation with groups that talk, to look around in.

    Nobody in it is real, and no letter goes out for it. To be rid of it, delete the data folder.
    """
    read = filling.read()
    _fill(read)
    link = f"{settings.SITE}/start?token={make_start_link()}"
    facts = {
        "groups": Group.objects.count(),
        "people": Person.objects.count(),
        "topics": Topic.objects.count(),
        "posts": Post.objects.count(),
        "start": link,
    }
    answer(facts, _words(facts), wants_json=wants_json)


def _fill(read: list[Circle]) -> None:
    """Fill it, with a bar for people who look on; programs get none."""
    total = sum(len(talk.posts) for circle in read for talk in circle.conversations)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("posts", total=total)
        filling.fill(read, lambda: progress.advance(task))


def _words(facts: dict[str, object]) -> str:
    counts = "{groups} groups, {people} people, {posts} posts in {topics} conversations.".format(**facts)
    return "\n".join(
        [
            counts,
            "",
            "bin/run serves them, and prints a link that makes you the administrator. Where it runs already, use this:",
            "",
            f"    {facts['start']}",
            "",
            f"To look around as a member, sign in as ines@example.org: the code is at {settings.SITE}/manage/outgoing",
        ]
    )
