"""What an import would do, told without doing it: the same reading, the same decisions, nothing written."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from django.utils.timezone import now

from folkmoot.conversations.models import Archive, Channel, Post, Reference, Topic
from folkmoot.conversations.operations import ArchivedLetter
from folkmoot.conversations.operations.archives.authors import find_authors
from folkmoot.conversations.operations.archives.letters import Sorted, clash_words, sort, text_digest
from folkmoot.conversations.operations.archives.ties import Known, Ties
from folkmoot.doors.mail.archives import sources
from folkmoot.doors.mail.archives.batches import Batch, batches, dated
from folkmoot.doors.mail.archives.bringing import Watch, rounds
from folkmoot.doors.mail.archives.crew import crew
from folkmoot.doors.mail.archives.reading import Chunk, read_chunk
from folkmoot.doors.mail.archives.report import MOST_REMARKS, Remark, Report
from folkmoot.doors.mail.archives.scratch import Scratch, scratch
from folkmoot.groups.models import Group

ASKED_AT_ONCE = 5000  # ids in one query


def rehearse(paths: Sequence[Path], group: Group, *, processes: int = 0, watch: Watch) -> Report:
    """Read these files as an import would, and report what it would do."""
    with crew(processes) as each, scratch() as memory:
        rehearsal = _Rehearsal(paths, group, memory)
        for some in rounds(paths):
            for batch in batches(each(read_chunk, rehearsal.chunks(some))):
                rehearsal.take(batch)
                watch(batch.source, batch.offset, batch.count)
        return rehearsal.finished()


class _Rehearsal:
    def __init__(self, paths: Sequence[Path], group: Group, memory: Scratch) -> None:
        self.paths, self.group, self.memory = paths, group, memory
        self.channel = Channel.objects.filter(group=group, slug="").select_related("group").first()
        self.terms = sources.Terms(tags=sources.list_tags(paths), at=now(), keeps=False)
        self.report = Report(empty=[path.name for path in paths])
        self.newest = 0  # topic that is not there yet; below zero
        self.time = self.terms.at

    def chunks(self, numbers: Mapping[str, int]) -> Iterator[Chunk]:
        for mark, number in numbers.items():
            brought = Archive.objects.filter(channel=self.channel, fingerprint=mark).first() if self.channel else None
            try:
                yield from self._rest(number, brought)
            except sources.Changed:
                yield from self._rest(number, None)

    def _rest(self, number: int, brought: Archive | None) -> Iterator[Chunk]:
        position, digest = (brought.position, brought.digest) if brought else (0, "")
        rest = sources.chunks(number, self.paths[number], self.terms, position=position, digest=digest)
        first = next(rest)
        self.report.files += 1
        self.report.empty.remove(self.paths[number].name)
        self.report.before += position
        self.report.messages += position
        yield first
        yield from rest

    def take(self, batch: Batch) -> None:
        letters = dated(batch.letters, self.time)
        found = sort(letters, self._texts(letters))
        topics = self._tie(found)
        people = self._people(found)
        self.memory.keep(topics, {one.message_id: one.text for one in found.new}, people)
        self._count(batch, found)
        if letters:
            self.time = letters[-1].posted_at

    def finished(self) -> Report:
        self.report.topics = self.memory.count_topics()
        kinds = self.memory.count_people()
        self.report.members, self.report.known, self.report.new = (kinds.get(k, 0) for k in ("member", "known", "new"))
        return self.report

    def _texts(self, letters: Sequence[ArchivedLetter]) -> dict[str, str]:
        ids = {letter.message_id for letter in letters} | {letter.spare_id for letter in letters}
        here = Post.objects.filter(channel=self.channel, message_id__in=ids) if self.channel else Post.objects.none()
        texts = {message_id: text_digest(body) for message_id, body in here.values_list("message_id", "body")}
        return self.memory.texts(ids) | texts

    def _tie(self, found: Sorted) -> dict[str, int]:
        """Tie the letters as an import would. Returns the topics of ids that were not known."""
        names = list(dict.fromkeys(name for one in found.all for name in (one.message_id, *one.parents)))
        places = self._places(names)
        topics = set(places.values())
        ties = Ties(dict(places), self._known(topics), self.newest)
        for letter in found.all:
            ties.add(letter.message_id, letter.parents)
        self.newest = ties.newest
        self.memory.merge({old: ties.now(old) for old in topics if ties.now(old) != old})
        return {name: ties.topic_of(name) for name in ties.places}

    def _places(self, names: Sequence[str]) -> dict[str, int]:
        places: dict[str, int] = {}
        for start in range(0, len(names) if self.channel else 0, ASKED_AT_ONCE):
            here = Reference.objects.filter(channel=self.channel, message_id__in=names[start : start + ASKED_AT_ONCE])
            places |= {one.message_id: self.memory.now(one.topic_id) for one in here}
        return places | self.memory.topics(names)

    def _known(self, numbers: set[int]) -> dict[int, Known]:
        """The topics that are here, and those of the rehearsal: as young as can be."""
        here = dict(Topic.objects.filter(pk__in=numbers).values_list("pk", "started_at"))
        live = set(Post.objects.filter(topic__in=here, archive=None).values_list("topic_id", flat=True).distinct())
        return {one: Known(one, here.get(one, self.terms.at), one in live) for one in numbers}

    def _people(self, found: Sorted) -> dict[str, str]:
        authors = find_authors({letter.author_address for letter in found.new}, self.group)
        kinds = dict.fromkeys((letter.author_address for letter in found.new), "new")
        return kinds | dict.fromkeys(authors.known, "known") | dict.fromkeys(authors.members, "member")

    def _count(self, batch: Batch, found: Sorted) -> None:
        report, file = self.report, self.paths[batch.source].name
        report.count(found.tally + Counter(messages=batch.count, unreadable=len(batch.unread)))
        times = [letter.posted_at for letter in found.new]
        report.first = min([*times, *([report.first] if report.first else [])], default=None)
        report.last = max([*times, *([report.last] if report.last else [])], default=None)
        remarks = [Remark(file, one.number + 1, "unreadable", one.words) for one in batch.unread]
        remarks += [Remark(file, one.number + 1, "clash", clash_words(name)) for one, name in found.clashes]
        report.remarks += sorted(remarks, key=lambda one: one.number)[: MOST_REMARKS - len(report.remarks)]
