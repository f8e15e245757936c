"""Forms about how people come into a group."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from folkmoot.groups import rosters
from folkmoot.kit import tables


class ListForm(forms.Form):
    """A list of people: a file, or what is pasted."""

    file = forms.FileField(
        label=_("A file"), required=False, max_length=200,
        help_text=_("CSV or text, as Mailman, Google Groups, Groups.io, Meetup, Discourse and table programs save it."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
    )  # fmt: skip
    people = forms.CharField(
        label=_("Or paste them here"), required=False, strip=False, max_length=rosters.LARGEST,
        widget=forms.Textarea(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("One person a line, or a table with its first line. An address is enough."),
    )  # fmt: skip
    how = forms.ChoiceField(
        choices=[
            ("invite", _("Ask them\nEach gets a letter and decides.")),
            ("add", _("They have agreed to be members here\nThey are members at once. Your word for it is noted.")),
        ],
        widget=forms.RadioSelect,
        initial="invite",
        label=_("Have they agreed?"),
    )
    tells = forms.BooleanField(
        label=_("Write to those who become members, with a link to leave again"), required=False, initial=True
    )

    def clean(self) -> dict[str, Any]:
        """Read the file as text, so that the next step has it without keeping it anywhere."""
        data: dict[str, Any] = super().clean() or {}
        file = data.get("file")
        if file is not None:
            if file.size > rosters.LARGEST:
                words = _("This is more than %(most)d MB. Please cut it in parts.")
                raise ValidationError(words, params={"most": rosters.LARGEST // 2**20})
            data["people"] = tables.decode(file.read())
        if not self.errors and not str(data.get("people", "")).strip():
            raise ValidationError(_("Choose a file, or paste people."))
        return data
