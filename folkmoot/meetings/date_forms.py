"""Questions when to meet, as pages send them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from folkmoot.conversations.forms import MomentField
from folkmoot.meetings.models import DateAnswer, DateChoice
from folkmoot.meetings.operations.dating import MOST_TIMES
from folkmoot.meetings.planning_forms import zone_choices

ROOM = 8  # times that a new question has fields for
MORE = 4  # beyond those that are there


class WallField(forms.DateTimeField):
    """What a clock on the wall will show, without a zone of its own."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **more: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **more)

    def to_python(self, value: Any) -> datetime | None:
        found: datetime | None = super().to_python(value)
        return found.replace(tzinfo=None) if found else None


class TimesForm(forms.Form):
    """What is asked; a question that stands keeps its zone and how long it takes."""

    title = forms.CharField(label=_("What for?"), max_length=200)
    about = forms.CharField(
        label=_("What people should know"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    closes_at = MomentField(label=_("Answers until"), required=False)

    def __init__(self, data: Any = None, *, zone: str, times: Iterable[datetime] = (), **more: Any) -> None:
        super().__init__(data, **more)
        there = list(times)
        self.fields["closes_at"].help_text = _("By the clock of %(zone)s.") % {"zone": zone}
        fields = min(MOST_TIMES, len(there) + MORE if there else ROOM)
        for number in range(1, fields + 1):
            initial = there[number - 1] if number <= len(there) else None
            self.fields[f"time-{number}"] = WallField(
                label=_("Time %(number)s") % {"number": number}, required=False, initial=initial
            )

    @property
    def question_fields(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith("time-")]

    @property
    def time_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith("time-")]

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.times() and not self.errors:
            raise ValidationError(_("Give at least one time."))
        return sent

    def times(self) -> list[datetime]:
        return [one for name, one in self.cleaned_data.items() if name.startswith("time-") and one]

    def said(self) -> dict[str, Any]:
        """All but the times, as an operation takes it."""
        return {name: value for name, value in self.cleaned_data.items() if not name.startswith("time-")}


class AskForm(TimesForm):
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        help_text=_("In which you think of the times."),
        error_messages={"invalid_choice": _("There is no such time zone.")},
    )
    minutes = forms.IntegerField(label=_("How many minutes it takes"), min_value=1, max_value=14 * 24 * 60, initial=120)


class DatesForm(forms.Form):
    """One question for each time."""

    def __init__(self, data: Any = None, *, times: Iterable[tuple[DateChoice, str]], mine: dict[int, str]) -> None:
        super().__init__(data)
        offered = [*DateAnswer.Answer.choices, ("", _("No answer"))]
        for choice, words in times:
            self.fields[f"date-{choice.pk}"] = forms.ChoiceField(
                label=words,
                choices=offered,
                required=False,
                widget=forms.RadioSelect,
                initial=mine.get(choice.pk, ""),
            )

    def answers(self) -> dict[int, str]:
        """By the keys of the times; what was not sent stays as it was."""
        return {
            int(name.removeprefix("date-")): value for name, value in self.cleaned_data.items() if name in self.data
        }
