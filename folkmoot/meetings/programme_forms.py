"""Forms of talks, agendas, the door, minutes and what comes after."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Group, Membership


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
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=24 * 60, initial=30)
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
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=24 * 60, required=False)

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
