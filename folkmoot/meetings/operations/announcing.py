"""The day on which a group hears of a meeting: a conversation about it begins, and people are invited."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import override

from folkmoot.conversations import rendering
from folkmoot.conversations.models import Post
from folkmoot.conversations.operations import main_channel, start_topic
from folkmoot.conversations.operations.posting import Letterhead
from folkmoot.conversations.rules import can_start
from folkmoot.kit.msgid import new_message_id
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.showing import when
from folkmoot.outbox.operations import record

logger = logging.getLogger(__name__)

AHEAD = timedelta(days=28)  # so long before it a meeting is announced; one that is nearer, at once
VIA = "meeting"  # the door that the first post of such a conversation came by


def announce(meeting: Meeting) -> Meeting:
    """Begin the conversation about a meeting and let people be invited; once, however often it is called."""
    meeting = Meeting.objects.select_related("group", "by", "venue").get(pk=meeting.pk)
    if not _is_due(meeting, now()):
        return meeting
    body = _body(meeting)
    head = Letterhead(new_message_id(settings.HOST), rendered=rendering.render(body, Post.Markup.MARKDOWN))
    with transaction.atomic():
        held = Meeting.objects.select_for_update(no_key=True, of=("self",)).get(pk=meeting.pk)
        if held.announced_at or held.cancelled_at:
            return meeting
        channel = main_channel(meeting.group)
        if meeting.by is not None and can_start(meeting.by, channel):
            held.topic = start_topic(
                channel, author=meeting.by, title=meeting.title, body=body, via=VIA, letterhead=head
            )
        held.announced_at = now()
        held.save(update_fields=["topic", "announced_at"])
        record("meeting.announced", held, by=meeting.by, via=VIA)
    return held


def announce_due() -> int:
    """Announce what is near enough. Returns how many meetings were."""
    due = Meeting.objects.taking_place().to_come().filter(announced_at=None, starts_at__lt=now() + AHEAD)
    announced = 0
    for meeting in due.in_order():
        try:
            announced += announce(meeting).announced_at is not None
        except Exception:  # one that we stumble over is tried again; the others go on
            logger.exception("meeting %s could not be announced", meeting.pk)
    return announced


def _is_due(meeting: Meeting, at: datetime) -> bool:
    is_on = not (meeting.is_draft or meeting.cancelled_at or meeting.announced_at)
    return is_on and at < meeting.ends_at and meeting.starts_at < at + AHEAD


def _body(meeting: Meeting) -> str:
    """When, where and the way to the page, in the group's language, before what the organiser wrote."""
    with override(meeting.group.language):
        at = when(meeting)
        places = [meeting.venue.line] if meeting.venue else []
        places += [_("online")] if meeting.is_online else []
        lines = [f"**{at.day}, {at.hours}** ({at.zone_words})", *([", ".join(places)] if places else [])]
        link = f"{settings.SITE}{meeting.get_absolute_url()}"
        lines.append(_("Say whether you come: %(link)s") % {"link": link})
    return "\n\n".join([*lines, meeting.about]).strip()
