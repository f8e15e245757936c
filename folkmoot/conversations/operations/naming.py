from collections.abc import Sequence

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, Mention, Post
from folkmoot.groups.deciding import permissions_in
from folkmoot.kit import mentions


def named_in(html: str, channel: Channel) -> tuple[str, list[Person]]:
    """Link the people whom a text names and who may read it. Nobody else is told that they were talked about."""
    handles = mentions.handles_in(html)
    if not handles:
        return html, []
    known = Person.objects.filter(handle__in=handles, is_active=True)
    people = [one for one in known if "topics.read" in permissions_in(channel.group, one)]
    return mentions.linked(html, {one.handle for one in people}), people


def name_again(post: Post, people: Sequence[Person]) -> None:
    """Note whom a changed post names now."""
    post.mentions.exclude(person__in=people).delete()
    Mention.objects.bulk_create([Mention(post=post, person=one) for one in people], ignore_conflicts=True)
