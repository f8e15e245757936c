from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from folkmoot.meetings.models import Reminder
from folkmoot.meetings.operations import Wanted

DAYS, HOURS = "days", "hours"


class ReminderForm(forms.Form):
    """One more reminder of a meeting."""

    number = forms.IntegerField(label=_("How long before"), min_value=1, max_value=1440)
    unit = forms.ChoiceField(label=_("Days or hours"), choices=[(DAYS, _("days")), (HOURS, _("hours"))])
    to = forms.ChoiceField(label=_("To whom"), choices=Reminder.To.choices)
    words = forms.CharField(
        label=_("Words of your own"), max_length=500, required=False, help_text=_("They stand in the letter.")
    )

    @property
    def wanted(self) -> Wanted:
        said: dict[str, Any] = self.cleaned_data
        hours = said["number"] * (24 if said["unit"] == DAYS else 1)
        return Wanted(hours, said["to"], said["words"])
