from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.language import is_zone
from folkmoot.accounts.models import Person, ProfileEntry
from folkmoot.kit.pictures import LARGEST_FILE


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"), max_length=100, help_text=_("As others see it, on the web and in mail."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip


class StartForm(NameForm):
    address = forms.EmailField(
        label=_("Your mail address"), help_text=_("With it you sign in later."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip


class SignupForm(NameForm):
    """What allauth's sign-up form asks beside the address (ACCOUNT_SIGNUP_FORM_CLASS)."""

    field_order = ["name", "email"]

    def signup(self, request: object, user: object) -> None:
        """Nothing more to do: the adapter has enrolled the person under this name."""


class GeneralForm(NameForm):
    """How one is called, and how pages and letters come."""

    language = forms.ChoiceField(
        label=_("Language"), required=False, help_text=_("Of pages, and of letters to you."),
        choices=[("", _("As my browser asks")), *settings.LANGUAGES],
    )  # fmt: skip
    time_zone = forms.CharField(
        label=_("Time zone"), required=False, max_length=40,
        help_text=_("Like Europe/Berlin. Empty: as your browser says."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )  # fmt: skip
    has_shortcuts = forms.BooleanField(label=_("Single keys do things on pages; ? shows which"), required=False)

    def clean_time_zone(self) -> str:
        zone = str(self.cleaned_data["time_zone"]).strip()
        if zone and not is_zone(zone):
            raise forms.ValidationError(_("We don't know this time zone. Choose one from the list."))
        return zone


class PictureForm(forms.Form):
    picture = forms.FileField(
        label=_("Picture"), max_length=200, help_text=_("We cut it square and keep nothing else of the file."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )  # fmt: skip

    def clean_picture(self) -> Any:
        picture = self.cleaned_data["picture"]
        if picture.size > LARGEST_FILE:
            raise forms.ValidationError(_("This file is too large. 10 MB are enough for any picture."))
        return picture


class ProfileForm(forms.Form):
    """Each field of a profile, and who may see it."""

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entries = {entry.field: entry for entry in person.profile.all()}
        for field in ProfileEntry.Field:
            entry = entries.get(field.value)
            self.fields[field.value] = _value_field(field, entry.value if entry else "")
            self.fields[f"{field.value}_seen_by"] = forms.ChoiceField(
                label=_("Who may see it"),
                choices=ProfileEntry.Audience.choices,
                initial=entry.seen_by if entry else ProfileEntry.Audience.FELLOWS,
            )

    def pairs(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        for field in ProfileEntry.Field:
            yield self[field.value], self[f"{field.value}_seen_by"]

    def entries(self) -> dict[str, tuple[str, str]]:
        """What was said, by field: the value and its audience."""
        said = self.cleaned_data
        return {
            field.value: (said[field.value].strip(), said[f"{field.value}_seen_by"]) for field in ProfileEntry.Field
        }


def _value_field(field: ProfileEntry.Field, initial: str) -> forms.CharField:
    is_long = field == ProfileEntry.Field.ABOUT
    checks: dict[str, Any] = {
        ProfileEntry.Field.SITE: URLValidator(schemes=["http", "https"]),
        ProfileEntry.Field.ADDRESS: EmailValidator(),
    }
    return forms.CharField(
        label=field.label,
        required=False,
        max_length=2000 if is_long else 200,
        initial=initial,
        widget=forms.Textarea(attrs={"rows": 4}) if is_long else forms.TextInput,
        validators=[checks[field]] if field in checks else [],
    )


class EraseForm(forms.Form):
    """How one leaves for good, and that one means it."""

    words = forms.ChoiceField(
        label=_("What you said"),
        widget=forms.RadioSelect,
        choices=[
            (
                "keep",
                _("Keep my words, without my name\nConversations stay whole; “Somebody who left” stands over them."),
            ),
            ("delete", _("Delete my words, too\nPosts are emptied, their files and earlier wordings deleted.")),
        ],
    )
    handle = forms.CharField(
        max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["handle"].label = _("Type %(handle)s to show that you mean it") % {"handle": person.handle}

    def clean_handle(self) -> str:
        handle = str(self.cleaned_data["handle"]).strip().removeprefix("@")
        if handle != self.person.handle:
            raise forms.ValidationError(_("This is not your handle."))
        return handle
