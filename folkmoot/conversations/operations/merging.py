from django.db import transaction
from django.db.models import F, Model

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import (
    Archive,
    Ballot,
    Draft,
    Edition,
    Happening,
    Mention,
    Poll,
    Post,
    Reaction,
    ReadMark,
    ScheduledPost,
    Subscription,
    Topic,
    Upload,
)
from folkmoot.conversations.operations.holding import AT_ONCE
from folkmoot.kit.parts import in_parts

# What each person has once for a thing: where both have it, the one stays whom the other became.
ONCE: dict[type[Model], tuple[str, ...]] = {
    Reaction: ("post_id", "kind"),
    Mention: ("post_id",),
    Subscription: ("channel_id", "topic_id"),
    Draft: ("key",),
    Upload: ("file_id", "name"),
}


def take_over(other_id: int, *, into: Person) -> None:
    """Give all that conversations hold of one person to the one they are now."""
    with transaction.atomic():
        reacted = Reaction.objects.filter(person_id=other_id).values("post")
        Post.objects.filter(pk__in=reacted).update(version=F("version") + 1)
        Post.objects.filter(author_id=other_id).update(author=into, version=F("version") + 1)
        for model, key in ONCE.items():
            _move(model, key, other_id, into)
        _move_read_marks(other_id, into)
        _move_ballots(other_id, into)
        ScheduledPost.objects.filter(author_id=other_id).update(author=into)
        Post.objects.filter(removed_by_id=other_id).update(removed_by=into)
        Edition.objects.filter(replaced_by_id=other_id).update(replaced_by=into)
        Topic.objects.filter(answered_by_id=other_id).update(answered_by=into)
        Happening.objects.filter(by_id=other_id).update(by=into)
        Archive.objects.filter(brought_by_id=other_id).update(brought_by=into)


def _move(model: type[Model], key: tuple[str, ...], other_id: int, into: Person) -> None:
    rows = model._default_manager.filter(person_id=other_id)
    taken = set(model._default_manager.filter(person=into).values_list(*key))
    doubled = [pk for pk, *of in rows.values_list("pk", *key) if tuple(of) in taken]
    for some in in_parts(doubled, AT_ONCE):
        rows.filter(pk__in=some).delete()
    rows.update(person=into)


def _move_ballots(other_id: int, into: Person) -> None:
    """Of two open ballots in one poll the later one counts; a secret one can't be found, so it is nobody's."""
    mine = {ballot.poll_id: ballot for ballot in Ballot.objects.filter(person=into)}
    both = Ballot.objects.filter(person_id=other_id, poll__ballots__person=into)
    for other in both.select_related("poll"):
        own = mine[other.poll_id]
        if other.poll.is_secret:
            Ballot.objects.filter(pk=other.pk).update(person=None)
            continue
        Ballot.objects.filter(pk=min(own, other, key=lambda one: one.cast_at).pk).delete()
        Poll.objects.filter(pk=other.poll_id).update(ballot_count=F("ballot_count") - 1)
        Post.objects.filter(poll=other.poll_id).update(version=F("version") + 1)
    Ballot.objects.filter(person_id=other_id).update(person=into)


def _move_read_marks(other_id: int, into: Person) -> None:
    """Of two marks in one conversation the one counts that has read further."""
    mine = {mark.topic_id: mark for mark in ReadMark.objects.filter(person=into)}
    for mark in ReadMark.objects.filter(person_id=other_id, topic__read_marks__person=into):
        kept = mine[mark.topic_id]
        ReadMark.objects.filter(pk=kept.pk).update(
            read_to=max(kept.read_to, mark.read_to), later_at=kept.later_at or mark.later_at
        )
        mark.delete()
    ReadMark.objects.filter(person_id=other_id).update(person=into)
