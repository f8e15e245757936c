"""Forms that take lists in: of meetings, of who came to them, and the address of a calendar elsewhere."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.groups.models import Group
from folkmoot.kit import tables
from folkmoot.meetings import attendees
from folkmoot.meetings.models import Meeting

MOST_LISTED = 300  # past meetings to choose from
ACCEPTED = {"accept": ".csv,.tsv,.txt,.json,.jsonl,.ics,text/csv,text/plain,text/calendar,application/json"}


class TextForm(forms.Form):
    """A file, or what is pasted; the next step has it as text, so that it is kept nowhere."""

    file = forms.FileField(label=_("A file"), required=False, max_length=200, widget=forms.FileInput(attrs=ACCEPTED))
    text = forms.CharField(
        label=_("Or paste it here"), required=False, strip=False, max_length=attendees.LARGEST,
        widget=forms.Textarea(attrs={"spellcheck": "false", "autocomplete": "off", "rows": 6}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        file = data.get("file")
        if file is not None:
            if file.size > attendees.LARGEST:
                words = _("This is more than %(most)d MB. Please cut it in parts.")
                raise ValidationError(words, params={"most": attendees.LARGEST // 2**20})
            data["text"] = tables.decode(file.read())
        if not self.errors and not str(data.get("text", "")).strip():
            raise ValidationError(_("Choose a file, or paste something."))
        return data


class MeetingsForm(TextForm):
    """Meetings that took place, or are planned, elsewhere."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["file"].help_text = _("A calendar (.ics), or a list: CSV or JSON.")


class AttendeesForm(TextForm):
    """Who came to one past meeting, or to those that the list names."""

    def __init__(self, *args: Any, group: Group, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["file"].help_text = _("CSV or text, as Meetup, Eventbrite and table programs save it.")
        self.fields["text"].help_text = _("One name a line, or a table with its first line.")
        past = Meeting.objects.taking_place().filter(group=group, ends_at__lte=now()).order_by("-starts_at", "-pk")
        field = forms.ModelChoiceField(
            past, label=_("Which meeting?"), required=False, empty_label=_("The list names it in a column")
        )
        field.choices = [("", field.empty_label), *((one.pk, _named(one)) for one in past[:MOST_LISTED])]
        self.fields = {"meeting": field, **self.fields}


def _named(meeting: Meeting) -> str:
    return f"{meeting.starts:%Y-%m-%d} {meeting.title}"[:100]


class CalendarForm(forms.Form):
    """Where the old place has its calendar."""

    calendar = forms.CharField(
        label=_("Address of its calendar"), required=False, max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
        help_text=_("It ends in .ics mostly. Left empty, nothing comes from there."),
    )  # fmt: skip
