"""What a person chooses for themselves: language, picture, profile, ways in, devices."""

from collections.abc import Iterable, Mapping

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person, ProfileEntry
from folkmoot.kit import pictures
from folkmoot.kit.errors import require
from folkmoot.outbox.operations import record
from folkmoot.store import files

FACE = 256  # pixels, each way


def prefer(person: Person, *, language: str, time_zone: str, has_shortcuts: bool) -> None:
    """Change how pages and letters come; an empty language or zone is the browser's."""
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(language=language, time_zone=time_zone, has_shortcuts=has_shortcuts)
        record("preferences.changed", person, by=person, via="web")


def show_picture(person: Person, *, content: bytes) -> None:
    """Show this picture beside the name. It is drawn anew, so nothing of the file but what one sees is kept."""
    name = files.keep(pictures.square(content, FACE))
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(picture=name)
        record("picture.changed", person, by=person, via="web")


def remove_picture(person: Person) -> None:
    """Show initials again."""
    with transaction.atomic():
        if Person.objects.filter(pk=person.pk).exclude(picture="").update(picture=""):
            record("picture.changed", person, by=person, via="web")


def describe(person: Person, entries: Mapping[str, tuple[str, str]]) -> None:
    """Say of oneself, by field, something and who may see it; what is empty goes."""
    with transaction.atomic():
        person.profile.all().delete()
        ProfileEntry.objects.bulk_create(
            ProfileEntry(person=person, field=field, value=value, seen_by=seen_by)
            for field, (value, seen_by) in entries.items()
            if value
        )
        record("profile.changed", person, by=person, via="web")


def remove_password(person: Person) -> None:
    """Do without a password again: codes and passkeys remain."""
    with transaction.atomic():
        person.set_unusable_password()
        Person.objects.filter(pk=person.pk).update(password=person.password)
        record("password.removed", person, by=person, via="web")


def end_session(session: UserSession, *, by: Person) -> None:
    """Sign one of one's devices out."""
    with transaction.atomic():
        require(session.user_id == by.pk, _("That is somebody else's device."))
        _end([session])
        record("session.ended", by, by=by, via="web")


def end_other_sessions(person: Person, *, but: str) -> int:
    """Sign all devices out but the one whose session has this key. Returns how many."""
    with transaction.atomic():
        others = list(UserSession.objects.filter(user_id=person.pk).exclude(session_key=but))
        _end(others)
        if others:
            record("session.ended", person, by=person, via="web")
    return len(others)


def _end(sessions: Iterable[UserSession]) -> None:
    for session in sessions:
        session.end()
