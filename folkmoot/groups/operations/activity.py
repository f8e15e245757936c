"""Who is active: wrote, reacted, read, answered a letter, or came to a meeting. The one place that notes it."""

from datetime import datetime, timedelta

from django.db.models import Q

from folkmoot.groups.models import Membership

READ_EVERY = timedelta(days=1)


def was_active(person_id: int, group_id: int, *, how: str, at: datetime) -> None:
    """Note that a member did something. The newest counts; reading is noted once a day, and only after other things.

    No event: nobody acts on it, and a page opened would be one each time.
    """
    before = at - READ_EVERY if how == Membership.Activity.READ else at
    theirs = Membership.objects.current().filter(person=person_id, group=group_id, joined_at__lte=at)
    theirs.filter(Q(active_at=None) | Q(active_at__lt=before)).update(active_at=at, active_by=how)
