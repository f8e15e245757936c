"""Hours that go round the world, for groups that no single hour suits."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.kit.errors import Refused, require
from folkmoot.meetings.models import Meeting, Series
from folkmoot.meetings.operations.planning import change_meeting
from folkmoot.meetings.operations.venues import NOT_YOURS
from folkmoot.meetings.rules import can_organise
from folkmoot.outbox.operations import record

MOST = 12  # meetings of one rotation


def rotate(series: Series, turns: Sequence[tuple[Meeting, datetime]], *, by: Actor, via: str) -> int:
    """Give the next meetings of a series hours of their own, each on its day. Returns how many have another one now."""
    if len(turns) > MOST:
        raise Refused(_("%(most)s meetings are the most at once.") % {"most": MOST})
    with transaction.atomic():
        series = Series.objects.select_for_update(no_key=True, of=("self",)).select_related("group").get(pk=series.pk)
        require(can_organise(by, series.group), NOT_YOURS)
        changed = []
        for meeting, starts in turns:
            if meeting.series_id != series.pk or meeting.starts.date() != starts.date():
                raise Refused(_("A rotation keeps each meeting on its day."))
            if meeting.starts.replace(tzinfo=None) != starts:
                change_meeting(meeting, by=by, via=via, starts=starts)
                changed.append(meeting.pk)
        if changed:
            record("series.rotated", series, by=by, via=via, meetings=len(changed), ids=changed)
    return len(changed)
