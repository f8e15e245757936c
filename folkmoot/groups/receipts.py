"""What ended when somebody left a group, what is kept, and how they come back: for a page and for a letter."""

from dataclasses import dataclass
from datetime import datetime

from folkmoot.groups.models import Group, Membership, Responsibility, Role
from folkmoot.outbox.models import Event


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that a leaving meant."""

    group: Group
    since: datetime
    until: datetime | None
    roles: list[str]
    duties: list[str]
    left_below: list[str]
    still_in: list[Group]  # groups below, which are left on their own
    is_known: bool  # whether they may still open the group's page


def receipt(membership: Membership, event: Event | None = None) -> Receipt:
    """Tell it from what the event noted; events are kept a month, after that the plain facts remain."""
    found = event or Event.objects.filter(kind="member.left", subject_id=membership.pk).order_by("-pk").first()
    noted = found.data if found else {}
    below = Membership.objects.filter(pk__in=noted.get("below", []), person=membership.person_id)
    still = Group.objects.joined_by(membership.person).filter(reaching__above=membership.group)
    return Receipt(
        membership.group,
        membership.joined_at,
        membership.left_at,
        [role.label for role in Role.objects.filter(pk__in=noted.get("roles", [])).order_by("pk")],
        list(
            Responsibility.objects.filter(pk__in=noted.get("duties", []))
            .order_by("name")
            .values_list("name", flat=True)
        ),
        list(below.order_by("group__name").values_list("group__name", flat=True)),
        list(still.exclude(pk=membership.group_id).distinct().order_by("name")),
        Group.objects.visible_to(membership.person).filter(pk=membership.group_id).exists(),
    )
