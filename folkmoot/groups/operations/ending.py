"""The end of a membership, however it comes. Inside the caller's transaction."""

from django.utils.timezone import now

from folkmoot.groups.models import Membership
from folkmoot.groups.operations.duties.holding import leave_all_duties
from folkmoot.groups.operations.founding import touch_access


def end(membership: Membership, how: str, why: str = "") -> bool:
    """End a membership with all that hung on it, once: False where it is over already."""
    still = Membership.objects.filter(pk=membership.pk, left_at=None)
    if not still.update(left_at=now(), departed_by=how, departed_why=why[:500]):
        return False
    leave_all_duties(membership)
    membership.grants.all().delete()
    touch_access(membership.group)
    return True
