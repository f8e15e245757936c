from django.db.models import F

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post, ReadMark, Subscription
from folkmoot.outbox.models import Event


def person_merged(event: Event) -> None:
    """What the other said, read and follows is now of the one they are. Where both chose, the one who stays did."""
    into = Person.objects.get(pk=event.data["into_id"])
    Post.objects.filter(author_id=event.subject_id).update(author=into, version=F("version") + 1)
    known = ReadMark.objects.filter(person=into).values("topic")
    ReadMark.objects.filter(person_id=event.subject_id).exclude(topic__in=known).update(person=into)
    for kind in ("channel", "topic"):
        chosen = Subscription.objects.filter(person=into).exclude(**{kind: None}).values(kind)
        others = Subscription.objects.filter(person_id=event.subject_id).exclude(**{kind: None})
        others.exclude(**{f"{kind}__in": chosen}).update(person=into)


def person_renamed(event: Event) -> None:
    """A post shows its author's name, so it looks different now."""
    Post.objects.filter(author_id=event.subject_id).update(version=F("version") + 1)
