from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import (
    Archive,
    Attachment,
    Ballot,
    Draft,
    Edition,
    Happening,
    Mention,
    Poll,
    Post,
    Reaction,
    ReadMark,
    Reference,
    Report,
    ScheduledPost,
    Subscription,
    Topic,
    Upload,
)
from folkmoot.conversations.operations.holding import AT_ONCE
from folkmoot.kit.msgid import new_message_id
from folkmoot.kit.parts import in_parts
from folkmoot.store import search

UNTITLED = "…"  # what a conversation is called whose title went with the one who began it


def erase_words(person: Person, keep_words: bool) -> None:
    """Take what is a person's out of all conversations; what they said too, unless it may stay without their name.

    Places in conversations stay, so that answers keep what they answer.
    """
    with transaction.atomic():
        _erase_traces(person)
        if not keep_words:
            _erase_titles(person)
            _erase_posts(person)
        # A post shows its author's name and company; both are gone.
        Post.objects.filter(author=person).update(version=F("version") + 1, side="", organization_name="")


def _erase_traces(person: Person) -> None:
    """What only they see, and what only says that they were there."""
    touched = Post.objects.filter(Exists(Reaction.objects.filter(post=OuterRef("pk"), person=person)))
    touched.update(version=F("version") + 1)
    for mine in (Reaction, Mention, ReadMark, Subscription, Draft, Upload):
        mine.objects.filter(person=person).delete()
    ScheduledPost.objects.filter(author=person).delete()
    Ballot.objects.filter(person=person).update(person=None)  # what came out of a poll stays as it was
    Archive.objects.filter(brought_by=person).update(brought_by=None)
    Report.objects.filter(Q(by=person) | Q(case__person=person)).update(words="")
    Report.objects.filter(by=person).update(by=None)


def _erase_titles(person: Person) -> None:
    """A title is words of whoever began the conversation; later posts carry it along."""
    first = Post.objects.filter(topic=OuterRef("pk")).in_order().values("author")[:1]
    begun = list(Topic.objects.annotate(by=Subquery(first)).filter(by=person.pk).values_list("pk", flat=True))
    Happening.objects.filter(by=person).exclude(words="").update(words=UNTITLED)
    for some in in_parts(begun, AT_ONCE):
        Topic.objects.filter(pk__in=some).update(title=UNTITLED)
        Happening.objects.filter(topic__in=some).exclude(words="").update(words=UNTITLED)
        others = Post.objects.filter(topic__in=some).exclude(author=person)
        others.update(title=UNTITLED, version=F("version") + 1)
        findable = others.filter(removed_at=None).values_list("pk", "channel_id", "title", "body")
        _find_anew(findable.iterator(chunk_size=500))


def _find_anew(documents: Iterable[tuple[int, int, str, str]]) -> None:
    for document in documents:
        search.forget([document[0]])
        search.index([document])


def _erase_posts(person: Person) -> None:
    """A Message-ID names the machine it was written on; later letters find the conversation by its other ids."""
    posts = Post.objects.filter(author=person)
    search.forget(list(posts.values_list("pk", flat=True)))
    for pk, channel, message_id in list(posts.exclude(via="web").values_list("pk", "channel", "message_id")):
        Reference.objects.filter(channel=channel, message_id=message_id).delete()
        Post.objects.filter(pk=pk).update(message_id=new_message_id(settings.HOST))
    for theirs in (Attachment, Edition, Mention, Poll):
        theirs.objects.filter(post__author=person).delete()
    posts.update(body="", html="", title=UNTITLED, references="", is_anonymous=False, removed_at=now(), removed_by=None)
