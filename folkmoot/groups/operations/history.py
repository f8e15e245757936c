from django.db import connection, transaction

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group, HistoryEntry


def note(
    group: Group | None, kind: str, *, by: Actor | None, via: str, about: Person | None = None, **facts: object
) -> HistoryEntry:
    """Write down an administrative act, in the transaction that does it. Facts are ids, numbers and settings.

    `group` is None for acts on the whole installation, `by` for what the clock does.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("note() needs the transaction of the change")
    who = by if isinstance(by, Person) else None
    return HistoryEntry.objects.create(group=group, kind=kind, by=who, via=via, about=about, facts=facts)
