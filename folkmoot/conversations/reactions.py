from typing import Any

from django.db.models import F, QuerySet

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Draft, Mention, Post, Reaction, ReadMark, Subscription, Upload
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
    Upload.objects.filter(person=event.subject_id).exclude(file__uploads__person=into).update(person=into)
    for kind in Reaction.Kind:
        _hand_over(Reaction.objects.filter(kind=kind), event.subject_id, into, "post")
    _hand_over(Mention.objects.all(), event.subject_id, into, "post")
    _hand_over(Draft.objects.all(), event.subject_id, into, "key")


def _hand_over(rows: QuerySet[Any], old_id: int, into: Person, what: str) -> None:
    """Give rows to another person, but for those of which they have one already."""
    theirs = list(rows.filter(person=into).values_list(what, flat=True))
    rows.filter(person=old_id).exclude(**{f"{what}__in": theirs}).update(person=into)


def person_renamed(event: Event) -> None:
    """A post shows its author's name, so it looks different now."""
    Post.objects.filter(author_id=event.subject_id).update(version=F("version") + 1)
