"""What was said at a meeting, until all who are named have found it right."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import OPERATOR, Actor, Person
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Post
from folkmoot.conversations.operations import main_channel, reply, start_topic
from folkmoot.conversations.operations.posting import Letterhead
from folkmoot.conversations.rules import can_reply, can_start
from folkmoot.groups.operations.history import note
from folkmoot.groups.rules import is_member
from folkmoot.kit.errors import NotAllowed, Refused, require
from folkmoot.kit.msgid import new_message_id
from folkmoot.meetings.framing import frame, point_line, title_of
from folkmoot.meetings.models import AgendaItem, Approval, Attendance, Meeting, Minutes
from folkmoot.meetings.operations.announcing import VIA
from folkmoot.meetings.rules import belongs, can_look_after, is_said_to_strangers
from folkmoot.outbox.operations import record

logger = logging.getLogger(__name__)

LATELY = timedelta(days=1)  # a server that was down does not begin what people have written elsewhere
PAUSE = timedelta(minutes=2)  # after the end, for the last link and the last vote
AT_ONCE = 100
LONGEST = 100_000
LONGEST_OBJECTION = 5000
MOST_ASKED = 50
NOT_YOURS = _("Only the host, and those who organise, write the minutes.")


class Overtaken(Refused):
    """Somebody else has saved in between."""


def begin_minutes(meeting: Meeting, *, by: Actor, via: str) -> Minutes:
    """Begin the minutes with what is known already; those that are there stay."""
    if known := Minutes.objects.filter(meeting=meeting).first():
        require(can_look_after(by, meeting), NOT_YOURS)
        return known
    body = frame(meeting)[:LONGEST]
    writer = by if isinstance(by, Person) else None
    with transaction.atomic():
        require(can_look_after(by, meeting), NOT_YOURS)
        begun = {"body": body, "edited_by": writer}
        minutes, is_new = Minutes.objects.get_or_create(meeting=meeting, defaults=begun)
        if is_new:
            record("minutes.begun", minutes, by=by, via=via)
    return minutes


def begin_due() -> int:
    """Begin the minutes of meetings that are just over, where something is known of them. Returns how many."""
    over = Meeting.objects.taking_place().filter(ends_at__range=(now() - LATELY, now() - PAUSE))
    unwritten = over.filter(written=None, group__closed_at=None).select_related("group", "topic__channel")
    on_agenda = Exists(AgendaItem.objects.filter(meeting=OuterRef("pk")))
    at_door = Exists(Attendance.objects.filter(meeting=OuterRef("pk")))
    begun = 0
    for meeting in unwritten.filter(on_agenda | at_door).order_by("ends_at", "pk")[:AT_ONCE]:
        try:
            begin_minutes(meeting, by=OPERATOR, via="clock")
            begun += 1
        except Exception:  # one that we stumble over is tried again; the others go on
            logger.exception("the minutes of meeting %s could not be begun", meeting.pk)
    return begun


def save_minutes(minutes: Minutes, *, body: str, version: int, by: Actor, via: str) -> Minutes:
    """Save the text, by somebody who has changed this version of it. Raises Overtaken where there is a newer one."""
    if len(body) > LONGEST:
        raise Refused(_("This is too long: %(most)s characters are the most.") % {"most": LONGEST})
    with transaction.atomic():
        held = _hold(minutes)
        require(can_look_after(by, held.meeting), NOT_YOURS)
        if held.body == body:
            return held
        if held.version != version:
            raise Overtaken(_("Somebody else has saved in between."))
        held.body, held.version, held.edited_at = body, version + 1, now()
        held.edited_by = by if isinstance(by, Person) else None
        held.save(update_fields=["body", "version", "edited_at", "edited_by"])
        record("minutes.saved", held, by=by, via=via)
    return held


def submit_minutes(minutes: Minutes, *, to: Iterable[Person], by: Actor, via: str) -> Minutes:
    """Ask members whether the minutes are right; whoever was asked before and is not named is asked no more."""
    asked = {person.pk: person for person in to}
    with transaction.atomic():
        held = _hold(minutes)
        require(can_look_after(by, held.meeting), NOT_YOURS)
        _require_unpublished(held)
        if not asked or len(asked) > MOST_ASKED:
            raise Refused(_("Name one member at least, and %(most)s at most.") % {"most": MOST_ASKED})
        if not all(is_member(person, held.meeting.group) for person in asked.values()):
            raise Refused(_("Only members of the group can be asked."))
        held.approvals.exclude(person__in=asked).delete()
        for person in asked.values():
            Approval.objects.get_or_create(minutes=held, person=person)
        held.submitted_at, held.submitted_by = now(), by if isinstance(by, Person) else None
        held.save(update_fields=["submitted_at", "submitted_by"])
        record("minutes.submitted", held, by=by, via=via)
    return held


def approve(minutes: Minutes, *, person: Person, version: int, via: str) -> Minutes:
    """Say that the minutes are right. When all who were asked have said so, they are published."""
    with transaction.atomic():
        held, approval = _asked(minutes, person)
        if held.version != version:
            raise Overtaken(_("The minutes have changed since you read them. Please read them again."))
        _answer(approval, version, approved_at=now(), objection="")
        record("minutes.approved", held, by=person, via=via)
        is_complete = not held.approvals.exclude(version=held.version, approved_at__isnull=False).exists()
    return _publish(held, by=person, via=via) if is_complete else held


def object_to(minutes: Minutes, *, person: Person, words: str, version: int, via: str) -> Minutes:
    """Say what is not right. The minutes wait until somebody has mended it, or publishes them all the same.

    Words about an earlier text are not lost: they count as said of that one.
    """
    said = words.replace("\x00", "").strip()
    if not said:
        raise Refused(_("Please say what is not right."))
    if len(said) > LONGEST_OBJECTION:
        raise Refused(_("This is too long: %(most)s characters are the most.") % {"most": LONGEST_OBJECTION})
    with transaction.atomic():
        held, approval = _asked(minutes, person)
        _answer(approval, min(version, held.version), approved_at=None, objection=said)
        record("minutes.objected", held, by=person, via=via, approval=approval.pk)
    return held


def publish_minutes(minutes: Minutes, *, by: Actor, via: str) -> Minutes:
    """Show the minutes to all who see the meeting, and post them into its conversation; once."""
    require(can_look_after(by, minutes.meeting), NOT_YOURS)
    return _publish(minutes, by=by, via=via)


def _publish(minutes: Minutes, *, by: Actor, via: str) -> Minutes:
    """Render first, then one transaction; what somebody saves in between is not what would be posted."""
    seen = Minutes.objects.select_related("meeting__group", "edited_by").get(pk=minutes.pk)
    body = _letter(seen)
    head = Letterhead(new_message_id(settings.HOST), rendered=rendering.render(body, Post.Markup.MARKDOWN))
    with transaction.atomic():
        held = _hold(minutes)
        if held.published_at:
            return held
        if held.version != seen.version:
            raise Overtaken(_("Somebody else has saved in between."))
        held.published_at = now()
        held.save(update_fields=["published_at"])
        for author in (seen.edited_by, by):
            if isinstance(author, Person) and _post(held.meeting, author, body, head):
                break
        record("minutes.published", held, by=by, via=via)
        note(held.meeting.group, "minutes.published", by=by, via=via, meeting=held.meeting_id)
    return held


def _post(meeting: Meeting, author: Person, body: str, head: Letterhead) -> bool:
    """Say it in the meeting's conversation, or begin one. Returns whether the author may."""
    if meeting.topic is not None:
        if not can_reply(author, meeting.topic):
            return False
        reply(meeting.topic, author=author, body=body, via=VIA, letterhead=head)
        return True
    channel = main_channel(meeting.group)
    if not can_start(author, channel):
        return False
    title = title_of(meeting, meeting.starts)
    topic = start_topic(channel, author=author, title=title, body=body, via=VIA, letterhead=head)
    Meeting.objects.filter(pk=meeting.pk, topic=None).update(topic=topic)
    return True


def _letter(minutes: Minutes) -> str:
    points = minutes.meeting.points.select_related("owner").order_by("created_at", "pk")
    named = not is_said_to_strangers(minutes.meeting)
    lines = "\n".join(point_line(point, names_owner=named) for point in points)
    return "\n\n".join(part for part in (minutes.body.strip(), lines) if part) or "–"


def _asked(minutes: Minutes, person: Person) -> tuple[Minutes, Approval]:
    """Lock the minutes and find what this person was asked. Raises NotAllowed or Refused where they answer no more."""
    held = _hold(minutes)
    approval = held.approvals.filter(person=person).first()
    is_asked = approval is not None and held.submitted_at is not None and belongs(person, held.meeting)
    if approval is None or not is_asked:
        raise NotAllowed(_("You were not asked about these minutes."))
    _require_unpublished(held)
    return held, approval


def _answer(approval: Approval, version: int, **said: object) -> None:
    Approval.objects.filter(pk=approval.pk).update(version=version, **said)


def _require_unpublished(minutes: Minutes) -> None:
    if minutes.published_at:
        raise Refused(_("These minutes are published."))


def _hold(minutes: Minutes) -> Minutes:
    rows = Minutes.objects.select_for_update(no_key=True, of=("self",))
    held: Minutes = rows.select_related("meeting__group", "meeting__topic__channel__group").get(pk=minutes.pk)
    return held
