"""Sign-in by a code in a letter: what django-allauth asks of us, answered by our operations and our mail queue."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Address, Installation, Person
from folkmoot.accounts.operations import clean_name, free_handle
from folkmoot.accounts.queries import the_installation
from folkmoot.doors.mail import letters
from folkmoot.groups.policy import can_sign_up
from folkmoot.kit.errors import require
from folkmoot.outbox.operations import record

LETTERS = frozenset("login_code email_confirmation unknown_account account_already_exists password_reset_code".split())
CHANGES = {
    "password_changed": _("Your password was changed."),
    "password_set": _("Your account has a password now."),
    "password_reset": _("Your password was changed."),
    "email_changed": _("Another of your addresses gets your letters now."),
    "email_confirm": _("An address was added to your account."),
    "email_deleted": _("An address was removed from your account."),
    "totp_activated": _("An authenticator app was set up. It is asked for at each sign-in now."),
    "totp_deactivated": _("The authenticator app was switched off."),
    "recovery_codes_generated": _("New recovery codes were made."),
    "webauthn_added": _("A passkey was added."),
    "webauthn_removed": _("A passkey was removed."),
}  # what allauth tells by mail; each takes away or gives a way in


def _token(request: HttpRequest | None) -> str:
    """Of the invitation link that somebody came by, and is led back to."""
    came_from = (request.POST.get("next") or request.GET.get("next") or "") if request else ""
    try:
        found = resolve(came_from)
    except Resolver404:
        return ""
    return str(found.kwargs["token"]) if found.url_name == "join_by_link" else ""


class Adapter(DefaultAccountAdapter):
    """allauth's door into accounts."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        name = template_prefix.rpartition("/")[2].removesuffix("_signup")
        template = name if name in LETTERS else "notice"
        context["what"] = CHANGES.get(name, _("Something changed in your account."))
        letters.write(f"account_{template}", context, to=email)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether anybody may make an account at all."""
        return the_installation().sign_up != Installation.SignUp.CLOSED

    def may_sign_up(self, address: str) -> bool:
        """Whether whoever has this address may."""
        return can_sign_up(address, token=_token(self.request))

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell by letter why there is no new account, so that the page need not say who is known here."""
        if Person.objects.at(email) is None and not self.may_sign_up(email):
            letters.write("account_not_invited", {}, to=email, most_a_day=2)
            return
        super().send_account_already_exists_mail(email)

    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:
        name = form.cleaned_data.get("name") or form.cleaned_data["email"].partition("@")[0]
        user.name = clean_name(name, form.cleaned_data["email"])
        user.signed_up_at = now()
        user.handle = free_handle(name, form.cleaned_data["email"])
        user.set_password(form.cleaned_data.get("password1") or None)  # without one, nothing matches
        with transaction.atomic():
            require(self.may_sign_up(form.cleaned_data["email"]), _("Only who was invited can make an account here."))
            user.save(force_insert=True)
            record("person.enrolled", user, by=user, via="web")
        return user

    def post_login(self, request: HttpRequest, user: Person, **more: Any) -> Any:
        """Whoever has just signed in need not show again who they are before they change how to sign in."""
        records = request.session.get("account_authentication_methods", [])
        request.session["account_authentication_methods"] = [one | {"reauthenticated": True} for one in records]
        return super().post_login(request, user, **more)

    def confirm_email(self, request: HttpRequest, email_address: Address) -> bool:
        """An address is proven: tell everybody whom that concerns."""
        with transaction.atomic():
            proven = super().confirm_email(request, email_address)
            if proven:
                record(
                    "address.proven", email_address.user, by=email_address.user, via="web", address_id=email_address.pk
                )
        return proven
