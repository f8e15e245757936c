from django.db.models import F

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post
from folkmoot.conversations.operations import take_over
from folkmoot.outbox.models import Event


def person_merged(event: Event) -> None:
    """What the other said is said by the one they are now."""
    take_over(event.subject_id, into=Person.objects.get(pk=event.data["into_id"]))


def person_renamed(event: Event) -> None:
    """A post shows its author's name and picture, so it looks different now."""
    Post.objects.filter(author_id=event.subject_id).update(version=F("version") + 1)
