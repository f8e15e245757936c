"""What a group's package says of its meetings."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model, QuerySet

from folkmoot.meetings import arriving, models
from folkmoot.store.packages import Table


def _of(model: type[Model], group: str) -> Callable[[Sequence[int]], QuerySet[Any]]:
    """The rows of a model in the order they were made; `group` is the way to their group."""
    return lambda ids: model._default_manager.filter(**{f"{group}__in": ids}).order_by("pk")


TABLES = [
    Table("venues", _of(models.Venue, "group"), keeps=("group",), check=arriving.venue),
    Table("series", _of(models.Series, "group"), keeps=("group",), check=arriving.series),
    Table("series-dates", _of(models.SeriesDate, "series__group")),
    Table("meetings", _of(models.Meeting, "group"), keeps=("group",), check=arriving.meeting),
    Table("answers", _of(models.Rsvp, "meeting__group"), check=arriving.rsvp),
    Table("wishes", _of(models.Wish, "meeting__group")),
    Table("wish-answers", _of(models.WishAnswer, "rsvp__meeting__group")),
    Table("reminders", _of(models.Reminder, "meeting__group")),
    Table("proposals", _of(models.Proposal, "group"), check=arriving.proposal),
    Table("interests", _of(models.Interest, "proposal__group")),
    Table("points", _of(models.Point, "group"), check=arriving.point),
    Table("agenda", _of(models.AgendaItem, "meeting__group"), check=arriving.item),
    Table("attendances", _of(models.Attendance, "meeting__group"), check=arriving.attendance),
    Table("taken-back", _of(models.TakenBack, "meeting__group")),
    Table("minutes", _of(models.Minutes, "meeting__group")),
    Table("approvals", _of(models.Approval, "minutes__meeting__group")),
    Table("feedback", _of(models.Feedback, "meeting__group")),
    Table("date-polls", _of(models.DatePoll, "group"), check=arriving.date_poll),
    Table("date-choices", _of(models.DateChoice, "poll__group")),
    Table("date-answers", _of(models.DateAnswer, "choice__poll__group")),
]
