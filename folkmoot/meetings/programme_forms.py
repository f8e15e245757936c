"""Forms of talks, agendas, the door, minutes and what comes after."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Group, Membership
from folkmoot.meetings.attendance import RATINGS
from folkmoot.meetings.models import Point


def member_named(group: Group, said: str) -> Person | None:
    """The member of a handle; None where nothing is said. Raises ValidationError where there is none."""
    handle = said.strip().removeprefix("@")
    if not handle:
        return None
    members = Membership.objects.current().filter(group=group, person__is_active=True)
    found = members.filter(person__handle__iexact=handle).select_related("person").first()
    if found is None:
        raise ValidationError(_("No member of this group has this handle."))
    return found.person


class TalkForm(forms.Form):
    """A talk, and who gives it."""

    title = forms.CharField(label=_("What it is called"), max_length=200)
    abstract = forms.CharField(
        label=_("What it is about"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    minutes = forms.IntegerField(label=pgettext_lazy("duration", "Minutes"), min_value=1, max_value=24 * 60, initial=30)
    who = forms.ChoiceField(
        label=_("Who speaks"), widget=forms.RadioSelect, initial="me", required=False,
        choices=[("me", _("I do")), ("member", _("Another member")), ("guest", _("Somebody without an account"))],
    )  # fmt: skip
    handle = forms.CharField(label=_("The member’s handle"), max_length=60, required=False, help_text=_("Like @ines."))
    speaker_name = forms.CharField(label=_("Or their name"), max_length=120, required=False)
    speaker_address = forms.EmailField(
        label=_("Their mail address"), required=False, help_text=_("Only those who organise see it.")
    )

    def __init__(self, *args: Any, group: Group, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.group, self.person = group, person

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        speaks: dict[str, Any] = {"speaker": None, "speaker_name": "", "speaker_address": ""}
        try:
            if said.get("who") == "member":
                speaks["speaker"] = member_named(self.group, said.get("handle", "")) or self._missing("handle")
            elif said.get("who") == "guest":
                speaks["speaker_name"] = said.get("speaker_name") or self._missing("speaker_name")
                speaks["speaker_address"] = said.get("speaker_address", "")
            else:
                speaks["speaker"] = self.person
        except ValidationError as error:
            self.add_error("handle", error)
        return {name: said[name] for name in ("title", "abstract", "minutes") if name in said} | speaks

    def _missing(self, field: str) -> Any:
        if field not in self.errors:
            self.add_error(field, _("Please say who speaks."))


class ItemForm(forms.Form):
    title = forms.CharField(label=_("What it is about"), max_length=200)
    minutes = forms.IntegerField(
        label=pgettext_lazy("duration", "Minutes"), min_value=0, max_value=24 * 60, required=False
    )

    def clean_minutes(self) -> int:
        return self.cleaned_data["minutes"] or 0


class ChangedItemForm(ItemForm):
    recording = forms.URLField(
        label=_("Recording"), max_length=500, required=False, assume_scheme="https", help_text=_("Its address.")
    )


class MoveForm(forms.Form):
    position = forms.IntegerField(min_value=0, max_value=1000)


class SlidesForm(forms.Form):
    slides = forms.FileField(label=_("Slides"))


class WalkInForm(forms.Form):
    """Somebody at the door who has no account."""

    name = forms.CharField(label=_("Name"), max_length=120)
    address = forms.EmailField(label=_("Mail address"), max_length=254, required=False)
    guests = forms.IntegerField(label=_("With so many others"), min_value=0, max_value=20, required=False)
    key = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def clean_guests(self) -> int:
        return self.cleaned_data["guests"] or 0


class MinutesForm(forms.Form):
    body = forms.CharField(label=_("Minutes"), max_length=100_000, required=False, widget=forms.Textarea, strip=False)
    version = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)

    def clean_body(self) -> str:
        return self.cleaned_data["body"].replace("\r\n", "\n")


class AskedForm(forms.Form):
    """Those who shall say whether the minutes are right."""

    people = forms.CharField(
        label=_("Who approves them, one handle a line"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, group: Group, **more: Any) -> None:
        super().__init__(*args, **more)
        self.group = group

    def clean_people(self) -> list[Person]:
        lines = [line.strip().removeprefix("@").lower() for line in self.cleaned_data["people"].splitlines()]
        handles = {line for line in lines if line}
        members = Membership.objects.current().filter(group=self.group, person__is_active=True)
        found = [one.person for one in members.filter(person__handle__in=handles).select_related("person")]
        unknown = handles - {person.handle for person in found}
        if unknown:
            named = ", ".join(sorted(unknown)[:10])
            raise ValidationError(_("No member of this group is called %(handles)s."), params={"handles": named})
        return found


class ApprovalForm(forms.Form):
    version = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)
    objection = forms.CharField(
        label=_("What is not right"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class PointForm(forms.Form):
    """What came out of a meeting."""

    sort = forms.ChoiceField(label=_("What it is"), choices=Point.Sort.choices)
    words = forms.CharField(label=_("In words"), max_length=500)
    owner = forms.CharField(label=_("Whose it is"), max_length=60, required=False, help_text=_("Like @ines."))
    due_on = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, group: Group, **more: Any) -> None:
        super().__init__(*args, **more)
        self.group = group

    def clean_owner(self) -> Person | None:
        return member_named(self.group, self.cleaned_data["owner"])


class FeedbackForm(forms.Form):
    rating = forms.TypedChoiceField(label=_("How was it?"), coerce=int, widget=forms.RadioSelect, choices=RATINGS)
    words = forms.CharField(
        label=_("In words"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
