"""One of everything that comes with a meeting, and the pages on which it stands."""

from datetime import timedelta

from django.utils.timezone import localdate, now

from folkmoot.accounts.models import OPERATOR
from folkmoot.doors.mail import tokens
from folkmoot.meetings import answers_to_dates
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.operations import answer, answer_dates, ask
from folkmoot.meetings.operations.agenda import add_item, schedule
from folkmoot.meetings.operations.attending import Coming, note_coming
from folkmoot.meetings.operations.minutes import begin_minutes, object_to, publish_minutes, submit_minutes
from folkmoot.meetings.operations.points import add_point, give_feedback
from folkmoot.meetings.operations.proposing import propose
from tests import make

BY = {"by": OPERATOR, "via": "test"}


def how_it_meets(group, *, olga, ann, words):
    """A meeting ahead, one that goes on, one that is long over, dates and a series: addresses by who may open them."""
    ahead = make.meeting(group, title=f"Ahead {words}", link="https://meet.example.org/x", guests=2)
    ask(ahead, words=f"What do you eat? {words}", is_required=True, **BY)
    answer(ahead, person=ann, answer="yes", note=words, via="web")
    on, over = (_with_all(group, hours, olga=olga, ann=ann, words=words) for hours in (-1, -24 * 20))
    waiting = propose(group, title=f"Reeds {words}", abstract=f"# {words}", by=ann, via="web")
    poll, series = make.dates(group, title=f"When {words}"[:200]), make.series(group, title=f"Weekly {words}")
    answer_dates(poll, {one.pk: "if" for one in answers_to_dates.in_order(poll)}, person=ann, via="web")
    mine = group.memberships.get(person=ann)
    rsvp, dates = tokens.rsvp_token(ahead.pk, ann.pk), tokens.dates_token(mine.pk, poll)
    read = [f"/meetings/{one.pk}/{page}" for one in (on, over) for page in ("agenda", "screen")]
    read += [over.get_absolute_url(), f"/meetings/{over.pk}/minutes", f"/talks/{waiting.pk}", "/g/tarn/talks"]
    read += [f"/rsvp/{rsvp}", f"/mail/dates/{dates}", f"/mail/invitations/{tokens.invitations_token(mine.pk)}"]
    own = [f"/meetings/{one.pk}/{page}" for one in (on, over) for page in ("door", "badges", "minutes", "feedback")]
    own += [f"{on.get_absolute_url()}/{page}" for page in ("people", "reminders", "change")]
    own += [f"/g/tarn/{page}" for page in ("points", "dates", "dates/new", "meetings/figures", "talks/new")]
    own += [poll.get_absolute_url(), f"{poll.get_absolute_url()}/change", f"/series/{series.pk}/rotation"]
    asked = [f"/meetings/{ahead.pk}/ticket", f"/meetings/{on.pk}/minutes", f"/meetings/{on.pk}/feedback"]
    return {"stranger": [*read, "/g/tarn/points"], "olga": [*read, *own], "ann": [*asked, ahead.get_absolute_url()]}


def _with_all(group, hours, *, olga, ann, words):
    """What happens at a meeting and after; the minutes of an old one are published."""
    meeting = make.meeting(group, title=f"Looms {words}", starts_in=timedelta(hours=hours))
    add_item(meeting, title=f"Welcome {words}", minutes=200, **BY)
    schedule(propose(group, title=f"Looms {words}", by=ann, via="web"), meeting=meeting, **BY)
    there = [Coming(f"k{n}", now(), person=one.pk) for n, one in enumerate((olga, ann))]
    note_coming(meeting, entries=[*there, Coming("z", now(), name=words, guests=2)], **BY)
    minutes = begin_minutes(meeting, **BY)
    add_point(meeting, sort="action", words=words * 3, owner=ann, due_on=localdate() - timedelta(days=2), **BY)
    add_point(meeting, sort="question", words=words * 3, **BY)
    submit_minutes(minutes, to=[ann, olga], by=olga, via="web")
    if meeting.is_over:
        publish_minutes(minutes, by=olga, via="web")
    else:
        object_to(minutes, person=ann, words=words * 3, version=0, via="web")
        give_feedback(meeting, person=ann, rating=4, words=words, via="web")
    return Meeting.objects.get(pk=meeting.pk)
