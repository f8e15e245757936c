from folkmoot.meetings.models.answers import Rsvp, RsvpQuerySet, Wish, WishAnswer
from folkmoot.meetings.models.dates import DateAnswer, DateChoice, DatePoll, Reminder
from folkmoot.meetings.models.mirrors import Mirror
from folkmoot.meetings.models.plans import (
    PARTICULARS,
    Meeting,
    MeetingQuerySet,
    Particulars,
    Series,
    SeriesDate,
    are_whole_days,
    ends_by_clocks,
    moments,
)
from folkmoot.meetings.models.programme import (
    AgendaItem,
    Approval,
    Attendance,
    Feedback,
    Interest,
    Minutes,
    Point,
    Proposal,
    TakenBack,
)
from folkmoot.meetings.models.venues import Venue

__all__ = [
    "PARTICULARS",
    "AgendaItem",
    "Approval",
    "Attendance",
    "DateAnswer",
    "DateChoice",
    "DatePoll",
    "Feedback",
    "Interest",
    "Meeting",
    "MeetingQuerySet",
    "Minutes",
    "Mirror",
    "Particulars",
    "Point",
    "Proposal",
    "Reminder",
    "Rsvp",
    "RsvpQuerySet",
    "Series",
    "SeriesDate",
    "TakenBack",
    "Venue",
    "Wish",
    "WishAnswer",
    "are_whole_days",
    "ends_by_clocks",
    "moments",
]
