"""What allauth asks of us where people come in: its forms in our words, and when a second step is due."""

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts import puzzles
from folkmoot.accounts.models import Person

SLOWLY = "3/h/key"  # the key is the network: whoever has one has all its addresses
TOO_MANY_SLOW = _(
    "Without JavaScript three accounts an hour can be made from one network, and they were. Switch it on and send this "
    "again, or come back in an hour. Or write an empty letter to the group’s address with “+join” before the @."
)
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
    """A name and an address; a password is for those who like one. What comes with it is against programs."""

    puzzle = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    answer = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)

    field_order = ["name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_our_words(self.fields["email"], ADDRESS)
        _in_our_words(self.fields["password1"], PASSWORD, GOOD_PASSWORD)

    @cached_property
    def fresh_puzzle(self) -> puzzles.Puzzle:
        """The one that the page gives along."""
        return puzzles.issue(_client())

    def clean_email(self) -> str:
        """Whom administrators don't let in gets the same page as everybody, and is told by letter."""
        address = super().clean_email()
        if not get_adapter().may_sign_up(address):
            self.account_already_exists = True
        return address

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if not self.errors:
            self._check_pace(said.get("puzzle", ""), said.get("answer", ""))
        return said

    def _check_pace(self, puzzle: str, answer: str) -> None:
        outcome = puzzles.redeem(puzzle, answer, address=_client())
        if outcome == "stale":
            self.add_error(
                None, _("This page was open for long, or others of your network were quicker. Send it again.")
            )
        elif outcome == "unsolved" and not _may_go_slowly():
            self.add_error(None, TOO_MANY_SLOW)
        else:
            puzzles.count(_client())


def _client() -> str:
    return str(get_adapter().get_client_ip(context.request))


def _may_go_slowly() -> bool:
    """Whether one more account may be made from a network without a puzzle; that is how it goes without scripts."""
    there = puzzles.network(_client())
    taken = ratelimit.consume(context.request, app="accounts", action="slow", config={"slow": SLOWLY}, key=there)
    return taken is not None


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
