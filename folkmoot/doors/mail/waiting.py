"""Held letters, as they wait for those who run a group."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from folkmoot.doors.mail.models import HeldLetter
from folkmoot.doors.mail.operations import accept, discard
from folkmoot.groups.todo import Act, Kind, Told


def _held(group_id: int) -> QuerySet[HeldLetter]:
    waiting = HeldLetter.objects.filter(group=group_id, decided_at=None)
    return waiting.select_related("group", "incoming__letter").order_by("held_at", "pk")


def _letter(row: HeldLetter) -> Told:
    words = f"{row.name or row.address} · {row.get_reason_display()}"
    return Told(row.title, words, row.held_at, reverse("held", args=[row.group.slug]))


KINDS = (
    Kind(
        "letter",
        _("Held letters"),
        "letters.moderate",
        _held,
        _letter,
        (
            Act("accept", _("Post it"), lambda row, by, via: accept(row, by=by)),
            Act("discard", _("Discard"), lambda row, by, via: discard(row, by=by)),
        ),
    ),
)
