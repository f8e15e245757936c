"""What an import found, or would find."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Max, Min

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Archive, ArchiveRemark, Post
from folkmoot.groups.models import Group, Membership

MOST_REMARKS = 1000  # told one by one; all of them are counted


@dataclass(slots=True)
class Remark:
    """A message that did not simply become a post."""

    file: str
    number: int  # of the message in its file, from 1 on
    kind: str
    words: str


@dataclass(slots=True)
class Report:
    """Counts of an import. Each message is a post, a double or unreadable; clashes are posts under another id."""

    files: int = 0
    messages: int = 0
    before: int = 0  # of the messages: dealt with by an earlier run
    posts: int = 0
    doubles: int = 0
    clashes: int = 0
    unreadable: int = 0
    topics: int = 0
    attachments: int = 0
    members: int = 0
    known: int = 0
    new: int = 0
    first: datetime | None = None
    last: datetime | None = None
    remarks: list[Remark] = field(default_factory=list)
    kept_in: str = ""  # where the unreadable ones lie
    empty: list[str] = field(default_factory=list)  # files without a message in them

    def count(self, tally: Counter[str]) -> None:
        for name in ("messages", "posts", "doubles", "clashes", "unreadable", "attachments"):
            setattr(self, name, getattr(self, name) + tally[name])

    def facts(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def report_of(archives: Sequence[Archive], group: Group) -> Report:
    """Count what archives have brought so far, in this run and before it."""
    report = Report(files=len(archives))
    for archive in archives:
        report.count(Counter(archive.tally))
    posts = Post.objects.filter(archive__in=archives).order_by()
    report.topics = posts.values("topic").distinct().count()
    times = posts.aggregate(first=Min("posted_at"), last=Max("posted_at"))
    report.first, report.last = times["first"], times["last"]
    authors = Person.objects.filter(pk__in=posts.values("author"))
    in_group = authors.filter(pk__in=Membership.objects.current().filter(group=group).values("person"))
    others = authors.exclude(pk__in=in_group.values("pk"))
    report.members = in_group.count()
    report.new = others.filter(created_at__gte=min(one.begun_at for one in archives)).count() if archives else 0
    report.known = others.count() - report.new
    names = {archive.pk: archive.file_name for archive in archives}
    remarks = ArchiveRemark.objects.filter(archive__in=archives).order_by("archive", "number")[:MOST_REMARKS]
    report.remarks = [Remark(names[one.archive_id], one.number + 1, one.kind, one.words) for one in remarks]
    return report
