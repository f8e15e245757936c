from django.db import transaction
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.models import Group
from folkmoot.groups.operations.history import note
from folkmoot.groups.packages import EXPORTED
from folkmoot.groups.rules import is_owner
from folkmoot.kit.errors import require
from folkmoot.outbox.operations import record


def note_export(group: Group, *, by: Actor, via: str) -> None:
    """Note that somebody takes the whole group along, before they do. Only an owner does."""
    with transaction.atomic():
        require(is_owner(by, group), _("Only an owner can take the whole group along."))
        note(group, EXPORTED, by=by, via=via)
        record(EXPORTED, group, by=by, via=via)
