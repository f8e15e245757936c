from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.operations.answering import MOST_GUESTS


class RsvpForm(forms.Form):
    """An answer from the link in a letter. What is left out stays as it was."""

    answer = forms.ChoiceField(choices=Rsvp.Answer.choices)
    place = forms.ChoiceField(label=_("Where"), choices=Rsvp.Place.choices, required=False, widget=forms.RadioSelect)
    guests = forms.IntegerField(label=_("Guests you bring"), min_value=0, max_value=MOST_GUESTS, required=False)
    note = forms.CharField(label=_("A note to those who organise"), max_length=300, required=False)

    def __init__(self, *args: Any, meeting: Meeting, **more: Any) -> None:
        super().__init__(*args, **more)
        if not meeting.is_hybrid:
            del self.fields["place"]
        if not meeting.guests:
            del self.fields["guests"]

    @property
    def details(self) -> list[forms.BoundField]:
        """All but the answer itself, which is a button."""
        return [field for field in self if field.name != "answer"]

    @property
    def said(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in {None, ""}}


class NewcomerForm(forms.Form):
    """Somebody without an account who wants to come."""

    name = forms.CharField(label=_("Your name"), max_length=Person._meta.get_field("name").max_length)
    address = forms.EmailField(label=_("Your mail address"), max_length=254)
