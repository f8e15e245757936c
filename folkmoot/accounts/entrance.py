"""What allauth asks of us where people come in: its forms in our words, and when a second step is due."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person

ADDRESS = _("Your mail address")
PASSWORD = _("Password")
NEW_PASSWORD = _("New password")
GOOD_PASSWORD = _("At least 10 characters; three words that don't belong together are easy to remember.")
LONGEST_PASSWORD = 200


def _in_our_words(field: forms.Field, label: Any, help_text: Any = "") -> None:
    """Name a field of allauth's as we do: a label above it, nothing written inside."""
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    if isinstance(field, forms.CharField) and isinstance(field.widget, forms.PasswordInput):
        field.widget.attrs["maxlength"] = LONGEST_PASSWORD


class SignInForm(account.LoginForm):
    """An address alone gets a code by mail; with a password it signs in at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_our_words(self.fields["login"], ADDRESS)
        _in_our_words(self.fields["password"], PASSWORD)
        self.fields["password"].required = False


class CodeForm(account.RequestLoginCodeForm):
    """An address that gets a code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_our_words(self.fields["email"], ADDRESS)


class SignUpForm(account.SignupForm):
    """A name and an address; a password is for those who like one."""

    field_order = ["name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_our_words(self.fields["email"], ADDRESS)
        _in_our_words(self.fields["password1"], PASSWORD, GOOD_PASSWORD)


class OncePasswordMixin:
    """A new password is typed once; whoever mistypes it gets a code by mail as always."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        _in_our_words(self.fields["password1"], NEW_PASSWORD, GOOD_PASSWORD)


class NewPasswordForm(OncePasswordMixin, account.SetPasswordForm):
    """A first password."""


class ForgottenPasswordForm(OncePasswordMixin, account.ResetPasswordKeyForm):
    """Another password, for one who has proven to be themselves by a code."""


class OtherPasswordForm(OncePasswordMixin, account.ChangePasswordForm):
    """Another password instead of the one so far."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_our_words(self.fields["oldpassword"], _("Your password until now"))


class SecondStep(DefaultMFAAdapter):
    """When allauth asks for more than a code by mail, and what authenticator apps and passkeys call us."""

    def is_mfa_enabled(self, user: Person, types: Any = None) -> bool:
        """A passkey is a way in of its own. Only who set up an app is asked for a second step at each sign-in."""
        at_sign_in = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}
        if types is not None and set(types) == at_sign_in:
            types = [Authenticator.Type.TOTP]
        return bool(super().is_mfa_enabled(user, types))

    def get_totp_label(self, user: Person) -> str:
        return user.handle

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": settings.HOST}

    def get_public_key_credential_user_entity(self, user: Person) -> dict[str, Any]:
        return super().get_public_key_credential_user_entity(user) | {"name": user.handle}

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:
        """Return what a new passkey is called until its owner calls it something else."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return str(_("Passkey %(number)d") % {"number": count + 1})
