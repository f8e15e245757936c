"""What an account itself holds about a person."""

from collections.abc import Iterator
from pathlib import Path

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.accounts.personal import Fact
from folkmoot.store import files


def facts_of(person: Person) -> Iterator[Fact]:
    """What the account itself holds. Passwords and secrets are nobody's to read, not even in one's own export."""
    account = "name handle language time_zone has_shortcuts picture created_at last_login signed_up_at".split()
    yield Fact(
        "account",
        _("Account"),
        _("your name, handle, picture and what you chose; as long as you are here"),
        Person.objects.filter(pk=person.pk).values(*account),
    )
    yield Fact(
        "addresses",
        _("Mail addresses"),
        _("to sign you in, to write to you and to know your letters; until you remove them"),
        person.addresses.order_by("pk").values("email", "verified", "primary", "trouble__last_at"),
    )
    yield Fact(
        "profile",
        _("Profile entries"),
        _("what you say of yourself; until you empty them"),
        person.profile.order_by("pk").values("field", "value", "seen_by"),
    )
    yield Fact(
        "ways-in",
        _("Passkeys, app, recovery codes"),
        _("to let you in and nobody else; until you remove them"),
        Authenticator.objects.filter(user_id=person.pk).order_by("pk").values("type", "created_at", "last_used_at"),
    )
    yield Fact(
        "sessions",
        _("Devices signed in"),
        _("with network address and browser, so that you can tell a stranger; until signed out"),
        UserSession.objects.filter(user_id=person.pk).order_by("pk").values("ip", "user_agent", "created_at"),
    )
    yield from _facts_of_the_past(person)


def _facts_of_the_past(person: Person) -> Iterator[Fact]:
    yield Fact(
        "companies",
        _("Companies"),
        _("where you belong, and how that is known; until it ends"),
        person.affiliations.order_by("pk").values("organization__name", "proof", "starts_on", "ends_on"),
    )
    yield Fact(
        "old-handles",
        _("Earlier handles"),
        _("so that old links lead to you"),
        person.old_handles.order_by("pk").values("handle"),
    )
    yield Fact(
        "merged",
        _("Accounts that became this one"),
        _("so that what they said is yours"),
        person.merged.order_by("pk").values("name", "created_at"),
    )
    yield Fact(
        "exports",
        _("Exports"),
        _("files with all this, made when you asked; seven days"),
        person.exports.order_by("pk").values("asked_at", "ready_at", "size"),
    )


def files_of(person: Person) -> Iterator[tuple[str, bytes | Path]]:
    if person.picture:
        yield "picture.webp", files.where(person.picture)
