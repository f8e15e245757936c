"""Sign-in by a code in a letter: what django-allauth asks of us, answered by our operations and our mail queue."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.utils.timezone import now

from folkmoot.accounts.models import Address, Person
from folkmoot.accounts.operations import clean_name, free_handle
from folkmoot.doors.mail import letters
from folkmoot.outbox.operations import record

LETTERS = frozenset(
    {"login_code", "email_confirmation", "email_confirmation_signup", "unknown_account", "account_already_exists"}
)


class Adapter(DefaultAccountAdapter):
    """allauth's door into accounts."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        name = template_prefix.rpartition("/")[2]
        template = "email_confirmation" if name == "email_confirmation_signup" else name
        letters.write(f"account_{template}" if name in LETTERS else "account_notice", context, to=email)

    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:
        name = form.cleaned_data.get("name") or form.cleaned_data["email"].partition("@")[0]
        user.name = clean_name(name, form.cleaned_data["email"])
        user.signed_up_at = now()
        user.handle = free_handle(name, form.cleaned_data["email"])
        user.set_unusable_password()
        with transaction.atomic():
            user.save(force_insert=True)
            record("person.enrolled", user, by=user, via="web")
        return user

    def confirm_email(self, request: HttpRequest, email_address: Address) -> bool:
        """An address is proven: tell everybody whom that concerns."""
        with transaction.atomic():
            proven = super().confirm_email(request, email_address)
            if proven:
                record(
                    "address.proven", email_address.user, by=email_address.user, via="web", address_id=email_address.pk
                )
        return proven
