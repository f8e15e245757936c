"""What came out of a meeting: decisions, things to do, open questions; and what people thought of it."""

from datetime import date

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.rules import is_member
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.meetings.attendance import feedback_ends_at
from folkmoot.meetings.models import Feedback, Meeting, Point
from folkmoot.meetings.operations.minutes import NOT_YOURS
from folkmoot.meetings.rules import can_close, can_look_after, can_see, can_take
from folkmoot.outbox.operations import record

MOST_POINTS = 300  # of one meeting
NOT_YOURS_TO_GIVE = _("Only those who look after the meeting say whose it is; you can take on what is nobody’s.")


def add_point(
    meeting: Meeting, *, sort: str, words: str, by: Actor, via: str, owner: Person | None = None,
    due_on: date | None = None,
) -> Point:  # fmt: skip
    """Note what was decided, is to be done, or stays open."""
    said = one_line(words)[:500]
    if sort not in Point.Sort.values or not said:
        raise Refused(_("Please say what it is, and of which sort."))
    with transaction.atomic():
        held = Meeting.objects.select_for_update(no_key=True, of=("self",)).select_related("group").get(pk=meeting.pk)
        require(can_look_after(by, held), NOT_YOURS)
        if owner is not None and not is_member(owner, held.group):
            raise Refused(_("No member of this group has this handle."))
        if held.points.count() >= MOST_POINTS:
            raise Refused(_("%(most)s points are the most a meeting can have.") % {"most": MOST_POINTS})
        point: Point = Point.objects.create(
            group=held.group, meeting=held, sort=sort, words=said, owner=owner, due_on=due_on
        )
        record("point.added", point, by=by, via=via)
    return point


def give_point(point: Point, *, to: Person | None, by: Actor, via: str) -> Point:
    """Say whose it is: those who look after the meeting, and whoever takes on what is nobody's."""
    with transaction.atomic():
        held = _row(point)
        takes = to is not None and to == by and held.owner_id is None and can_take(to, held)
        require(takes or can_look_after(by, held.meeting), NOT_YOURS_TO_GIVE)
        if to is not None and not is_member(to, held.group):
            raise Refused(_("No member of this group has this handle."))
        if held.closed_at is None and held.owner != to:
            held.owner = to
            held.save(update_fields=["owner"])
            record("point.given", held, by=by, via=via)
    return held


def close_point(point: Point, *, by: Actor, via: str, outcome: str = "") -> Point:
    """Say that it is done, and what came of it; by its owner, or those who look after the meeting."""
    with transaction.atomic():
        held = _hold(point, by)
        if held.closed_at is None:
            held.closed_at, held.outcome = now(), one_line(outcome)[:500]
            held.save(update_fields=["closed_at", "outcome"])
            record("point.closed", held, by=by, via=via)
    return held


def reopen_point(point: Point, *, by: Actor, via: str) -> Point:
    """Say that it is not done after all."""
    with transaction.atomic():
        held = _hold(point, by)
        if held.closed_at is not None:
            held.closed_at, held.outcome = None, ""
            held.save(update_fields=["closed_at", "outcome"])
            record("point.reopened", held, by=by, via=via)
    return held


def give_feedback(meeting: Meeting, *, person: Person, rating: int, via: str, words: str = "") -> Feedback:
    """Say what one thought of a meeting that one came to; the last word counts."""
    said = one_line(words)[:1000]
    if not 1 <= rating <= 5:
        raise Refused(_("Please give one to five."))
    with transaction.atomic():
        came = meeting.attendances.filter(person=person).exists()
        require(came and can_see(person, meeting), _("Only those who came are asked."))
        if now() >= feedback_ends_at(meeting):
            raise Refused(_("It is too late: those who organise have read what the others said."))
        given, is_new = Feedback.objects.update_or_create(
            meeting=meeting, person=person, defaults={"rating": rating, "words": said, "at": now()}
        )
        record("feedback.given" if is_new else "feedback.changed", given, by=person, via=via)
    return given


def _row(point: Point) -> Point:
    rows = Point.objects.select_for_update(no_key=True, of=("self",)).select_related("group", "meeting__group")
    held: Point = rows.get(pk=point.pk)
    return held


def _hold(point: Point, by: Actor) -> Point:
    held = _row(point)
    require(can_close(by, held), _("Only whoever has it to do, and those who look after the meeting, can do this."))
    return held
