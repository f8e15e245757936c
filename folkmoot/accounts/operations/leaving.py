"""Taking along what is stored about one, and leaving for good."""

import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, OldHandle, Operator, Person, PersonExport
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

EXPORTS_A_DAY = 3
EXPORT_KEPT_FOR = timedelta(days=7)


def ask_export(person: Person) -> PersonExport:
    """Wish for all that is stored about oneself, as one file; it is made in the background."""
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if person.exports.filter(asked_at__gt=now() - timedelta(days=1)).count() >= EXPORTS_A_DAY:
            raise Refused(_("That were many exports for one day. Ask again tomorrow; the last one is still here."))
        export = PersonExport.objects.create(person=person)
        record("export.asked", export, by=person, via="web")
    return export


def finish_export(export: PersonExport, *, sha256: str, size: int) -> None:
    """Note where an export lies that was made."""
    with transaction.atomic():
        waiting = PersonExport.objects.filter(pk=export.pk, ready_at=None)
        if waiting.update(sha256=sha256, size=size, ready_at=now()):
            record("export.ready", export, by=None, via="worker")


def sweep_exports() -> int:
    """Forget exports that are a week old; their files go with the next sweep of files."""
    return PersonExport.objects.filter(asked_at__lt=now() - EXPORT_KEPT_FOR).delete()[0]


def erase(
    person: Person, *, keep_words: bool, by: Actor, via: str, hinder: Iterable[Callable[[Person], None]] = ()
) -> None:
    """Let a person leave for good. At once nobody can sign in as them or see who it was; each app does the rest.

    Their addresses stay until all apps have found by them what is theirs.
    """
    require(can_erase(by, person), _("You can't close somebody else's account."))
    with transaction.atomic():
        row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if row.erased_at or row.merged_into_id:
            raise Refused(_("This account is closed already."))
        for check in hinder:
            check(person)
        _lock_out(person)
        _make_nobody(person)
        record("person.erased", person, by=None, via=via, keep_words=keep_words)


def can_erase(by: Actor, person: Person) -> bool:
    return isinstance(by, Operator) or by == person or by.is_administrator


def _lock_out(person: Person) -> None:
    for session in UserSession.objects.filter(user_id=person.pk):
        session.end()
    Authenticator.objects.filter(user_id=person.pk).delete()
    person.addresses.update(verified=False)


def _make_nobody(person: Person) -> None:
    person.profile.all().delete()
    OldHandle.objects.filter(person=person).delete()
    Person.objects.filter(merged_into=person).update(name="")
    person.set_unusable_password()
    Person.objects.filter(pk=person.pk).update(
        name="",
        handle=f"left-{secrets.token_hex(8)}",
        password=person.password,
        is_active=False,
        administrator_since=None,
        language="",
        time_zone="",
        picture="",
        erased_at=now(),
    )


def forget(person: Person, keep_words: bool) -> None:
    """Let go of the last that tells who it was, once every app has found what is theirs."""
    with transaction.atomic():
        person.addresses.delete()
        person.affiliations.all().delete()
        person.exports.all().delete()
        person.affiliations.all().delete()
