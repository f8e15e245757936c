from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.chronicle import can_be_undone, undoes
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import HistoryEntry
from folkmoot.kit.errors import Refused, require


def undo(entry: HistoryEntry, *, by: Actor, via: str) -> None:
    """Do what takes an administrative act back. Its operation asks whether they may, and notes it."""
    with transaction.atomic():
        entry = HistoryEntry.objects.select_for_update(of=("self",)).select_related("group").get(pk=entry.pk)
        require(entry.group is not None and holds(by, "history.read", entry.group), _("You can't undo this."))
        if not can_be_undone(entry):
            raise Refused(_("This can't be undone, or somebody has done so already."))
        newest = HistoryEntry.objects.order_by("-pk").values_list("pk", flat=True)[0]
        try:
            undoes()[entry.kind](entry, by, via)
        except ObjectDoesNotExist as gone:
            raise Refused(_("What this was about is not there any more.")) from gone
        undoing = HistoryEntry.objects.filter(group=entry.group_id, pk__gt=newest).order_by("-pk").first()
        if undoing is None:
            raise Refused(_("There is nothing to undo any more."))
        unsaid = HistoryEntry.objects.filter(pk=entry.pk, undone_by=None)  # some operations say it themselves
        unsaid.update(undone_by=undoing)
