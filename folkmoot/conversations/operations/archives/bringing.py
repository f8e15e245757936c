"""The writer: an archive's letters become posts, batch by batch."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations.models import Archive, ArchiveRemark, Channel, Post, Reference
from folkmoot.conversations.operations.archives import answers, topics
from folkmoot.conversations.operations.archives.authors import Authors, enrol_authors, names_by_address
from folkmoot.conversations.operations.archives.files import attach_all
from folkmoot.conversations.operations.archives.letters import (
    ArchivedLetter,
    Sorted,
    UnreadLetter,
    clash_words,
    sort,
    text_digest,
)
from folkmoot.conversations.operations.archives.ties import Ties
from folkmoot.conversations.operations.posting import clean_title
from folkmoot.conversations.rules import can_bring_archive
from folkmoot.groups.models import Group
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record
from folkmoot.store import search

TRIES = 3  # somebody may post the very same letter at the same moment
ASKED_AT_ONCE = 5000  # ids in one query


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an archive has come: messages dealt with before a batch and after it, and the digest of them."""

    before: int
    after: int
    digest: str


def begin_archive(channel: Channel, *, file_name: str, fingerprint: str, by: Actor) -> Archive:
    """Begin to bring an archive along, or go on with it when its file has been here before."""
    with transaction.atomic():
        _ask(channel, by)
        facts = {"file_name": file_name[-200:], "brought_by": by if isinstance(by, Person) else None}
        return Archive.objects.get_or_create(channel=channel, fingerprint=fingerprint, defaults=facts)[0]


def restart_archive(archive: Archive, *, by: Actor) -> None:
    """Forget how far it has come: its file is not the one it was. What is here stays, and is known by its ids."""
    with transaction.atomic():
        _ask(archive.channel, by)
        Archive.objects.filter(pk=archive.pk).update(position=0, digest="", tally={}, finished_at=None)
        ArchiveRemark.objects.filter(archive=archive).delete()
    archive.refresh_from_db(fields=["position", "digest", "tally", "finished_at"])


def add_archived(
    archive: Archive,
    letters: Sequence[ArchivedLetter],
    unread: Sequence[UnreadLetter] = (),
    *,
    progress: Progress,
    by: Actor,
) -> None:
    """Add a batch of an archive's letters to its channel, and note with them how far the archive has come."""
    _ask(archive.channel, by)
    pairs = [(letter.author_address, letter.author_name) for letter in letters]
    authors = enrol_authors(names_by_address(pairs), archive.channel.group)
    for tries in range(1, TRIES + 1):
        try:
            _add(archive, letters, unread, authors, progress, by)
        except IntegrityError:
            if tries == TRIES:
                raise
        else:
            break


def finish_archive(archive: Archive, *, by: Actor, via: str) -> None:
    """Note that all of an archive's messages have been dealt with."""
    with transaction.atomic():
        _ask(archive.channel, by)
        if Archive.objects.filter(pk=archive.pk, finished_at=None).update(finished_at=now()):
            archive.refresh_from_db()
            record("archive.brought", archive, by=by, via=via, **archive.tally)


def _ask(channel: Channel, by: Actor) -> None:
    group = Group.objects.get(pk=channel.group_id)  # as it is now: an archive may take hours
    require(can_bring_archive(by, group), _("You can't bring an archive into this group."))


def _add(
    archive: Archive,
    letters: Sequence[ArchivedLetter],
    unread: Sequence[UnreadLetter],
    authors: Authors,
    progress: Progress,
    by: Actor,
) -> None:
    with transaction.atomic():
        archive = Archive.objects.select_for_update(of=("self",)).select_related("channel__group").get(pk=archive.pk)
        _ask(archive.channel, by)
        if archive.position != progress.before:
            raise Refused(_("This archive is being brought along by somebody else at the moment."))
        found = sort(letters, _texts_here(archive.channel, letters))
        _add_posts(archive, found, authors)
        tally = Counter(archive.tally) + found.tally
        tally += Counter(messages=len(letters) + len(unread), unreadable=len(unread))
        _remark(archive, found, unread)
        Archive.objects.filter(pk=archive.pk).update(position=progress.after, digest=progress.digest, tally=dict(tally))


def _texts_here(channel: Channel, letters: Sequence[ArchivedLetter]) -> dict[str, str]:
    """The texts of posts that have these letters' ids already; mostly there are none."""
    ids = {letter.message_id for letter in letters} | {letter.spare_id for letter in letters}
    here = Post.objects.filter(channel=channel, message_id__in=ids).values_list("message_id", "body")
    return {message_id: text_digest(body) for message_id, body in here}


def _add_posts(archive: Archive, found: Sorted, authors: Authors) -> None:
    """Write the new letters and all that hangs on them."""
    names = dict.fromkeys(name for letter in found.all for name in (letter.message_id, *letter.parents))
    known, here = _places(archive.channel, list(names))
    ties = Ties(dict(known), topics.lock(set(known.values())))
    for letter in found.all:
        ties.add(letter.message_id, letter.parents)
    rows = topics.rearrange(archive.channel, found.new, ties)
    parents = answers.nearest_parents(found.new, ties, here)
    posts = {letter.message_id: _post(archive, letter, authors) for letter in found.new}
    for message_id, post in posts.items():
        post.topic = rows[ties.topic_of(message_id)]
        post.answers_id = here.get(parents.get(message_id, ""), (None, 0))[0]
    for some in answers.in_waves(posts, parents):
        Post.objects.bulk_create(some)
    answers.link_waiting(posts, known)
    _remember(archive.channel, ties, known, {number: topic.pk for number, topic in rows.items()})
    search.index((post.pk, archive.channel_id, post.title, post.body) for post in posts.values())
    attach_all([(posts[letter.message_id], letter.files) for letter in found.new])


def _places(channel: Channel, names: list[str]) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    """The topics that ids belong to, and those ids that are posts: their keys and topics."""
    known: dict[str, int] = {}
    here: dict[str, tuple[int, int]] = {}
    for start in range(0, len(names), ASKED_AT_ONCE):
        some = names[start : start + ASKED_AT_ONCE]
        known |= dict(Reference.objects.filter(channel=channel, message_id__in=some).values_list("message_id", "topic"))
        posts = Post.objects.filter(channel=channel, message_id__in=some).values_list("message_id", "pk", "topic_id")
        here |= {message_id: (pk, topic) for message_id, pk, topic in posts}
    return known, here


def _post(archive: Archive, letter: ArchivedLetter, authors: Authors) -> Post:
    return Post(
        channel_id=archive.channel_id,
        author_id=authors[letter.author_address],
        title=clean_title(letter.title),
        body=letter.body,
        markup=letter.markup,
        html=letter.html,
        html_version=letter.html_version,
        via="mail",
        message_id=letter.message_id,
        references=" ".join(reversed(letter.parents)),
        said_at=letter.said_at,
        posted_at=letter.posted_at,
        archive_id=archive.pk,
    )


def _remember(channel: Channel, ties: Ties, known: dict[str, int], keys: dict[int, int]) -> None:
    """Note the ids that were not known: of posts, and of letters that are only named."""
    rows = []
    for name in ties.places:
        topic = ties.topic_of(name)
        if name not in known and (topic > 0 or topic in keys):
            rows.append(Reference(channel=channel, message_id=name, topic_id=keys.get(topic, topic)))
    Reference.objects.bulk_create(rows, ignore_conflicts=True)


def _remark(archive: Archive, found: Sorted, unread: Sequence[UnreadLetter]) -> None:
    kinds = ArchiveRemark.Kind
    rows = [
        ArchiveRemark(archive=archive, number=one.number, kind=kinds.UNREADABLE, words=one.words[:300])
        for one in unread
    ]
    for letter, taken in found.clashes:
        facts = {"kind": kinds.CLASH, "message_id": letter.message_id, "words": clash_words(taken)[:300]}
        rows.append(ArchiveRemark(archive=archive, number=letter.number, **facts))
    ArchiveRemark.objects.bulk_create(rows)
