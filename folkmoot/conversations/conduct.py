"""What moderators see of reports, and what everybody sees of what became of them."""

from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Count, F, Q
from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post, Report, ScheduledPost
from folkmoot.groups.models import Group, ModerationCase, Sanction

YEAR = timedelta(days=365)
MOST_SHOWN = 50


class Matter(NamedTuple):
    """One person's open case: what is reported, and what was decided before. Nobody, where no post has a name."""

    case: ModerationCase
    person: Person | None
    reports: list[Report]
    before: list[Sanction]


def matters(group: Group, *, reader: Person) -> list[Matter]:
    """Return what waits for the moderators, the oldest first. Nobody sees what is reported of themselves."""
    cases = ModerationCase.objects.filter(group=group, closed_at=None).exclude(person=reader)
    opened = list(cases.select_related("person").order_by("opened_at", "pk")[:MOST_SHOWN])
    reports: dict[int, list[Report]] = defaultdict(list)
    rows = (
        Report.objects.filter(case__in=opened)
        .select_related("post__topic", "post__author", "by")
        .order_by("post_id", "pk")
    )
    for report in rows:
        reports[report.case_id].append(report)
    before: dict[int, list[Sanction]] = defaultdict(list)
    people = [case.person_id for case in opened]
    for laid in Sanction.objects.filter(group=group, person__in=people).order_by("-at", "-pk"):
        before[laid.person_id].append(laid)
    return [_matter(case, reports[case.pk], before[case.person_id]) for case in opened if reports[case.pk]]


def _matter(case: ModerationCase, reports: list[Report], before: list[Sanction]) -> Matter:
    """What was said without a name stands alone, and without what would tell whose it is."""
    named = [one for one in reports if one.post is None or not one.post.is_anonymous]
    return Matter(case, case.person, named, before) if named else Matter(case, None, reports, [])


def moderated(group: Group) -> list[tuple[str, int]]:
    """Return what was moderated in a year, in numbers."""
    since = now() - YEAR
    laid = Sanction.objects.filter(group=group, at__gt=since)
    by_kind = dict(laid.values_list("kind").annotate(Count("pk")))
    reports = Report.objects.filter(case__group=group, at__gt=since)
    taken = Post.objects.filter(channel__group=group, removed_at__gt=since).exclude(removed_by=F("author"))
    held = ScheduledPost.objects.filter(channel__group=group, held_at__gt=since)
    objections = laid.filter(appealed_at__isnull=False)
    return [
        (_("Reports"), reports.count()),
        (_("Posts taken back by moderators"), taken.count()),
        (_("Posts held for a moderator"), held.count()),
        (_("Held posts that were not sent"), held.exclude(refusal="").count()),
        (_("Warnings"), by_kind.get(Sanction.Kind.WARN, 0)),
        (
            _("People slowed down or held"),
            sum(by_kind.get(kind, 0) for kind in (Sanction.Kind.SLOW, Sanction.Kind.HOLD)),
        ),
        (_("Suspensions"), by_kind.get(Sanction.Kind.SUSPEND, 0)),
        (_("Bans"), by_kind.get(Sanction.Kind.BAN, 0)),
        (_("Objections"), objections.count()),
        (
            _("Lifted after an objection"),
            objections.filter(~Q(lifted_at=None), appeal_decided_at__isnull=False).count(),
        ),
    ]
