from folkmoot.meetings.views.acts import (
    meeting_cancel,
    meeting_cancel_remove,
    meeting_discard,
    meeting_end,
    meeting_publish,
    series_discard,
)
from folkmoot.meetings.views.answers import meeting_answer
from folkmoot.meetings.views.calendar import meetings
from folkmoot.meetings.views.meetings import meeting
from folkmoot.meetings.views.people import (
    meeting_answers,
    meeting_people,
    meeting_people_file,
    meeting_wishes,
    rsvp_remove,
    rsvp_seat,
    wish_remove,
)
from folkmoot.meetings.views.planning import meeting_change, meeting_new
from folkmoot.meetings.views.venues import manage_venue, manage_venues, venue, venue_retire, venue_retire_remove

__all__ = [
    "manage_venue",
    "manage_venues",
    "meeting",
    "meeting_answer",
    "meeting_answers",
    "meeting_cancel",
    "meeting_cancel_remove",
    "meeting_change",
    "meeting_discard",
    "meeting_end",
    "meeting_new",
    "meeting_people",
    "meeting_people_file",
    "meeting_publish",
    "meeting_wishes",
    "meetings",
    "rsvp_remove",
    "rsvp_seat",
    "series_discard",
    "venue",
    "venue_retire",
    "venue_retire_remove",
    "wish_remove",
]
