"""Meetings as rubyevents.org keeps them: a folder of YAML files, event.yml, videos.yml and venue.yml.

A meetup has each of its meetings as an entry of videos.yml, with the talks in it; an entry without talks is a meeting
with the one talk that it tells of. A conference has its days in event.yml, and each entry of videos.yml is a talk.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from folkmoot.kit import yaml_trees
from folkmoot.kit.zones import names
from folkmoot.meetings.plans import spots, talks
from folkmoot.meetings.plans.plan import DAY, Ground, Plan, Remarks, Talk
from folkmoot.meetings.plans.rows import Row, day, listed, table, word

READ = ("event.yml", "videos.yml", "venue.yml")
BESIDE = {
    "series.yml": "the group itself: its name, site and where else it is",
    "cfp.yml": "how talks are asked for",
    "schedule.yml": "a timetable",
    "sponsors.yml": "who gives money",
    "involvements.yml": "who organises it",
}
MOST = 20_000  # meetings of one file
MOST_DAYS = 14
TAKEN = frozenset({"id", "title", "event_name", "date", "time", "location", "description", "talks", "status"})


def of_tree(files: Mapping[str, bytes], *, zone: str, hour: time | None = None) -> tuple[list[Plan], list[str]]:
    """Read the files of one folder, by their names. Says what of them is left out, and why."""
    remarks = Remarks()
    for name in sorted(files.keys() - set(READ)):
        remarks.lines.append(f"{name} is left out: {BESIDE.get(name, 'it tells nothing of meetings')}")
    try:
        event, videos, venue = (_read(files, name, kind) for name, kind in zip(READ, (dict, list, dict), strict=True))
    except ValueError as error:
        return [], [str(error), *remarks.lines]
    tree = _Tree(event, venue, Ground(zone, hour), remarks)
    plans = list(tree.conference(videos) if event.get("start_date") else tree.meetups(videos))
    if not videos:
        remarks.lines.append("no meeting stands in videos.yml")
    if tree.left_out:
        remarks.lines.append("not taken: " + ", ".join(f"{key} ({count:,})" for key, count in tree.left_out.items()))
    return plans, remarks.all()


def _read(files: Mapping[str, bytes], name: str, kind: type) -> Any:
    try:
        found = yaml_trees.read(files.get(name, b"")) or kind()
    except ValueError as error:
        raise ValueError(f"{name} can't be read: {error}") from error
    if not isinstance(found, kind):
        raise ValueError(f"{name} can't be read: it holds no {'list' if kind is list else 'table'}")
    return found


class _Tree:
    """One folder while it is read."""

    def __init__(self, event: Row, venue: Row, ground: Ground, remarks: Remarks) -> None:
        self.event, self.venue, self.ground, self.remarks = event, venue, ground, remarks
        self.left_out: Counter[str] = Counter()
        self.zone = self._zone()

    def _zone(self) -> str:
        stated = word(self.event, "timezone")
        if stated in names():
            return stated
        why = f"no time zone: {stated[:60]}" if stated else "no time zone is stated"
        self.remarks.lines.append(f"{why}; the group's is taken")
        return self.ground.zone

    def meetups(self, entries: Iterable[Any]) -> Iterator[Plan]:
        for number, entry in enumerate(entries, start=1):
            try:
                if number > MOST:
                    raise ValueError("there are too many")
                yield self.meetup(table(entry))
            except ValueError as error:
                self.remarks.lines.append(f"videos.yml, {number}: {error}"[:300])
            if number > MOST:
                return

    def meetup(self, entry: Row) -> Plan:
        self._note_left_out(entry)
        place, zone = spots.of_entry(entry, self.event, self.venue, self.zone, self.remarks)
        starts, minutes = self._when(entry)
        has_talks = "talks" in entry
        title, whole = word(entry, "title"), word(entry, "event_name")
        if not has_talks and whole and whole != word(self.event, "title"):
            title = whole  # the entry itself is named as its talk
        return Plan(
            uid=(word(entry, "id") or f"{starts:%Y-%m-%d} {title}")[:255],
            title=title,
            starts=starts,
            zone=zone,
            minutes=minutes,
            about=talks.about(entry, self.remarks) if has_talks else "",
            place=place,
            is_cancelled=word(entry, "status").startswith("cancel"),
            talks=tuple(self._talks(entry) if has_talks else [talks.of_entry(entry, {}, self.remarks)]),
        )

    def _talks(self, entry: Row) -> Iterator[Talk]:
        for one in listed(entry, "talks"):
            talk = table(one)
            self._note_left_out(talk)
            if word(talk, "date") not in {"", word(entry, "date")}:
                self.remarks.many["talks with another day than their meeting, they stand at the meeting's"] += 1
            yield talks.of_entry(talk, entry, self.remarks)

    def conference(self, entries: Iterable[Any]) -> Iterator[Plan]:
        """All of the folder is one meeting of some days; each entry is a talk, or holds some."""
        try:
            first, last = (
                day(word(self.event, key) or word(self.event, "start_date")) for key in ("start_date", "end_date")
            )
            place, zone = spots.of_entry({}, self.event, self.venue, self.zone, self.remarks)
            starts, minutes = self.ground.of_day(first, self.remarks)
            days = (last - first).days + 1
            if not 1 <= days <= MOST_DAYS:
                raise ValueError(f"it takes {days} days")
            told = [talk for entry in map(table, entries) for talk in self._flat(entry)]
        except ValueError as error:
            self.remarks.lines.append(f"event.yml: {error}"[:300])
            return
        yield Plan(
            uid=(word(self.event, "id") or word(self.event, "title"))[:255],
            title=word(self.event, "title"),
            starts=starts,
            zone=zone,
            minutes=minutes if days == 1 else days * DAY,
            about=talks.about(self.event, self.remarks),
            place=place,
            is_cancelled=word(self.event, "status").startswith("cancel"),
            talks=tuple(told),
        )

    def _flat(self, entry: Row) -> Iterator[Talk]:
        self._note_left_out(entry)
        if "talks" in entry:
            yield from self._talks(entry)
        else:
            yield talks.of_entry(entry, {}, self.remarks)

    def _when(self, entry: Row) -> tuple[datetime, int]:
        """The day of an entry; with the hours, where they are told as “11:00 - 11:22”."""
        on = day(word(entry, "date"))
        first, _dash, last = word(entry, "time").partition("-")
        if not first:
            return self.ground.of_day(on, self.remarks)
        starts = datetime.combine(on, time.fromisoformat(first.strip()))
        ends = datetime.combine(on, time.fromisoformat(last.strip())) if last.strip() else starts + timedelta(hours=2)
        if ends < starts:
            ends += timedelta(days=1)
        return starts, int((ends - starts).total_seconds()) // 60

    def _note_left_out(self, entry: Row) -> None:
        for key in entry.keys() - TAKEN - talks.TAKEN:
            self.left_out["thumbnails" if key.startswith("thumbnail") else key[:40]] += 1
