"""A moderation case is opened by the first report and closed by a decision, in the transaction of those."""

from django.utils.timezone import now

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group, ModerationCase


def open_case(group: Group, person: Person) -> ModerationCase:
    """Return the person's open case, locked, so that nobody decides about it at this moment."""
    rows = ModerationCase.objects.select_for_update(no_key=True)
    return rows.get_or_create(group=group, person=person, closed_at=None)[0]


def close_case(case: ModerationCase, *, by: Actor, outcome: str) -> None:
    """Say what was decided. Inside the caller's transaction, which holds the case."""
    who = by if isinstance(by, Person) else None
    ModerationCase.objects.filter(pk=case.pk).update(closed_at=now(), closed_by=who, outcome=outcome)
