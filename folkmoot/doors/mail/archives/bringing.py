"""Bring archives of a mailing list into a group: read ahead by some processes, written by one, batch by batch."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Actor, Address, Person
from folkmoot.conversations.models import Archive, Attachment, Channel, Post, Reference, Topic
from folkmoot.conversations.operations import (
    Progress,
    add_archived,
    begin_archive,
    finish_archive,
    main_channel,
    restart_archive,
)
from folkmoot.doors.mail.archives import sources
from folkmoot.doors.mail.archives.batches import Batch, batches, dated
from folkmoot.doors.mail.archives.crew import crew
from folkmoot.doors.mail.archives.reading import Chunk, read_chunk
from folkmoot.doors.mail.archives.report import Report, report_of
from folkmoot.doors.mail.archives.unread import Shelf
from folkmoot.groups.models import Group
from folkmoot.kit.errors import Refused
from folkmoot.store.lanes import lane
from folkmoot.store.statistics import renew_statistics

Watch = Callable[[int, int, int], None]  # told of: the file's number, its bytes read, messages done


def bring(paths: Sequence[Path], group: Group, *, by: Actor, via: str, processes: int = 0, watch: Watch) -> Report:
    """Make posts of the messages in these files. What an earlier run has done is not done again."""
    with crew(processes) as each, lane(f"archive-{group.pk}") as is_free:
        if not is_free:
            raise Refused(_("An archive is being brought into this group at the moment."))
        journey = _Journey(paths, main_channel(group), by, via)
        for some in rounds(paths):
            for batch in batches(each(read_chunk, journey.chunks(some))):
                journey.write(batch)
                watch(batch.source, batch.offset, batch.count)
        renew_statistics(Person, Address, Topic, Post, Reference, Attachment)
    return journey.report()


def rounds(paths: Sequence[Path]) -> Iterator[dict[str, int]]:
    """Files with mail in them, by fingerprint. Of two that begin alike, the second goes on where the first ends."""
    some: dict[str, int] = {}
    for number, path in enumerate(paths):
        if not sources.has_mail(path):
            continue
        mark = sources.fingerprint(path)
        if mark in some:
            yield some
            some = {}
        some[mark] = number
    yield some


class _Journey:
    """One run over some files."""

    def __init__(self, paths: Sequence[Path], channel: Channel, by: Actor, via: str) -> None:
        self.paths, self.channel, self.by, self.via = paths, channel, by, via
        self.terms = sources.Terms(tags=sources.list_tags(paths), at=now(), keeps=True)
        self.archives: dict[int, Archive] = {}
        self.times: dict[int, datetime] = {}
        self.shelf = Shelf(channel.group)
        self.before = 0

    def chunks(self, numbers: dict[str, int]) -> Iterator[Chunk]:
        for mark, number in numbers.items():
            path = self.paths[number]
            archive = begin_archive(self.channel, file_name=path.name, fingerprint=mark, by=self.by)
            self.archives[number] = archive
            last = Post.objects.filter(archive=archive).order_by("-pk").values_list("posted_at", flat=True).first()
            self.times[number] = last or self.terms.at
            try:
                yield from self._rest(number, path)
            except sources.Changed:
                restart_archive(archive, by=self.by)
                yield from self._rest(number, path)

    def _rest(self, number: int, path: Path) -> Iterator[Chunk]:
        archive = self.archives[number]
        rest = sources.chunks(number, path, self.terms, position=archive.position, digest=archive.digest)
        first = next(rest)
        self.before += archive.position
        yield first
        yield from rest

    def write(self, batch: Batch) -> None:
        archive = self.archives[batch.source]
        if batch.count:
            letters = dated(batch.letters, self.times[batch.source])
            self.times[batch.source] = letters[-1].posted_at if letters else self.times[batch.source]
            self.shelf.keep(batch.kept, self.terms.at)
            progress = Progress(archive.position, batch.after, batch.digest)
            add_archived(archive, letters, batch.unread, progress=progress, by=self.by)
            archive.position = batch.after
        if batch.is_last:
            finish_archive(archive, by=self.by, via=self.via)

    def report(self) -> Report:
        archives = list(Archive.objects.filter(pk__in=[one.pk for one in self.archives.values()]).order_by("pk"))
        report = report_of(archives, self.channel.group)
        report.before = self.before
        report.kept_in = str(self.shelf.path) if report.unreadable else ""
        report.empty = [path.name for number, path in enumerate(self.paths) if number not in self.archives]
        return report
