"""What of meetings waits for those who organise them."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from folkmoot.groups.todo import Act, Kind, Told
from folkmoot.meetings.models import Minutes, Point
from folkmoot.meetings.operations.minutes import publish_minutes
from folkmoot.meetings.operations.points import close_point


def _minutes(group_id: int) -> QuerySet[Minutes]:
    waiting = Minutes.objects.filter(meeting__group=group_id, submitted_at__isnull=False, published_at=None)
    return waiting.select_related("meeting__group").order_by("submitted_at", "pk")


def _of_minutes(row: Minutes) -> Told:
    objections = row.approvals.exclude(objection="").values_list("person__name", "objection")
    words = "\n".join(f"{name}: {objection}" for name, objection in objections)
    return Told(row.meeting.title, words, row.submitted_at, reverse("minutes", args=[row.meeting_id]))


def _points(group_id: int) -> QuerySet[Point]:
    late = Point.objects.open().filter(group=group_id, due_on__lt=timezone.localdate())
    return late.select_related("group", "owner").order_by("due_on", "pk")


def _point(row: Point) -> Told:
    day = date_format(row.due_on) if row.due_on else ""
    words = _("%(name)s wanted to do it until %(day)s.") if row.owner else _("It was to be done until %(day)s.")
    said = words % {"name": row.owner.name if row.owner else "", "day": day}
    return Told(row.words, said, row.created_at, reverse("points", args=[row.group.slug]))


KINDS = (
    Kind(
        "minutes",
        _("Minutes to approve"),
        "meetings.organise",
        _minutes,
        _of_minutes,
        (Act("publish", _("Publish them now"), lambda row, by, via: publish_minutes(row, by=by, via=via)),),
    ),
    Kind(
        "point",
        _("Things to do that are late"),
        "meetings.organise",
        _points,
        _point,
        (Act("close", _("Close it"), lambda row, by, via: close_point(row, by=by, via=via)),),
    ),
)
