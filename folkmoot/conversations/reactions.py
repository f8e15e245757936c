from django.db.models import F

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post
from folkmoot.outbox.models import Event


def person_merged(event: Event) -> None:
    """What the other said is said by the one they are now."""
    into = Person.objects.get(pk=event.data["into_id"])
    Post.objects.filter(author_id=event.subject_id).update(author=into, version=F("version") + 1)


def person_renamed(event: Event) -> None:
    """A post shows its author's name, so it looks different now."""
    Post.objects.filter(author_id=event.subject_id).update(version=F("version") + 1)
