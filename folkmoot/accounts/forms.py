from django import forms
from django.utils.translation import gettext_lazy as _


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
