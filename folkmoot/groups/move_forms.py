"""Forms of a group's coming over from an old place."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.timezone import get_current_timezone, localdate, make_aware
from django.utils.translation import gettext_lazy as _

from folkmoot.groups.models import Move
from folkmoot.groups.operations.moving import MOST_MEMBERS, USUAL


def _usual_end() -> date:
    return localdate() + USUAL


class MoveForm(forms.Form):
    """Where the group was before, how many were there, and how long it comes over."""

    name = forms.CharField(label=_("What is the old place called?"), max_length=80, help_text=_("Like Meetup."))
    address = forms.URLField(
        label=_("Address of your group there"), max_length=500, assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )  # fmt: skip
    members = forms.IntegerField(label=_("How many members are there?"), min_value=1, max_value=MOST_MEMBERS)
    ends_on = forms.DateField(
        label=_("Its last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=_usual_end, help_text=_("Then the page closes by itself, and nothing more comes from there."),
    )  # fmt: skip

    @classmethod
    def of(cls, move: Move | None, data: Any = None) -> "MoveForm":
        """The form as the move stands, or an empty one."""
        if move is None or move.ended_at:
            return cls(data)
        said = {"name": move.name, "address": move.address, "members": move.members}
        day = move.ends_at.astimezone(get_current_timezone()).date()
        return cls(data, initial=said | {"ends_on": day})

    def settings(self) -> dict[str, Any]:
        """What was said, for the operation: a day is over when it ends where the group is."""
        said = dict(self.cleaned_data)
        ends = make_aware(datetime.combine(said.pop("ends_on"), time(23, 59, 59)), get_current_timezone())
        return {**said, "ends_at": ends}
