from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.utils import translation
from django.utils.timezone import now

from folkmoot.accounts.models import OldHandle, Person, PersonExport
from folkmoot.accounts.operations import ask_export, describe, erase, finish_export, forget, merge, sweep_exports
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make


def kinds():
    return [event.kind for event in Event.objects.exclude(kind="person.enrolled").order_by("pk")]


def sign_in(client, person):
    client.force_login(person)
    UserSession.objects.create(user=person, ip="::1", session_key=client.session.session_key, user_agent="x")


def test_an_export_is_asked_for_made_and_forgotten_after_a_week():
    ann = make.person("Ann")

    export = ask_export(ann)
    finish_export(export, sha256="abc", size=7)
    finish_export(export, sha256="other", size=8)

    export.refresh_from_db()
    assert (export.sha256, export.size) == ("abc", 7)
    assert kinds() == ["export.asked", "export.ready"]
    assert sweep_exports() == 0
    PersonExport.objects.update(asked_at=now() - timedelta(days=8))
    assert sweep_exports() == 1


def test_exports_come_to_an_end_for_a_day():
    ann = make.person("Ann")
    for _time in range(3):
        ask_export(ann)

    with pytest.raises(Refused):
        ask_export(ann)

    assert ann.exports.count() == 3


def test_whoever_leaves_is_out_at_once_and_nothing_says_who_it_was(client):
    ann = make.person("Ann", administrator=True)
    make.person("Olga")
    sign_in(client, ann)
    Authenticator.objects.create(user=ann, type="totp", data={"secret": "x"})
    OldHandle.objects.create(handle="annie", person=ann)
    describe(ann, {"place": ("Bochum", "anyone")})

    erase(ann, keep_words=True, by=ann, via="test")

    gone = Person.objects.get(pk=ann.pk)
    assert get_user(client).is_anonymous
    assert (gone.name, gone.is_active, gone.is_administrator) == ("Somebody who left", False, False)
    assert gone.handle.startswith("left-")
    assert gone.erased_at
    assert not gone.profile.exists()
    assert not Authenticator.objects.exists()
    assert not OldHandle.objects.exists()
    assert Person.objects.at("ann@example.org") is None
    assert Person.objects.known_at("ann@example.org") is None
    assert kinds() == ["profile.changed", "person.erased"]


def test_the_words_for_who_left_never_become_a_name():
    """Read again from the database, a person has them for a moment in the place of the name."""
    ann = make.person("Ann")
    erase(ann, keep_words=True, by=ann, via="test")
    ann.refresh_from_db()
    assert ann.name == "Somebody who left"

    ann.save()
    Person.objects.filter(pk=ann.pk).update(name=ann.name)
    twin = Person.objects.create(name=ann.name, handle="twin")

    assert set(Person.objects.filter(pk__in=[ann.pk, twin.pk]).values_list("name", flat=True)) == {""}
    with translation.override("de"):
        assert (ann.name, f"{twin.name}") == ("Jemand, der gegangen ist", "Jemand, der gegangen ist")


def test_addresses_go_last(client):
    ann = make.person("Ann")
    erase(ann, keep_words=True, by=ann, via="test")
    assert ann.addresses.exists()

    forget(ann, keep_words=True)

    assert not ann.addresses.exists()
    assert make.person("Ann Two", address="ann@example.org").addresses.filter(verified=True).exists()


def test_nobody_closes_somebody_elses_account_and_none_is_closed_twice():
    ann, eve, olga = make.person("Ann"), make.person("Eve"), make.person("Olga", administrator=True)

    with pytest.raises(NotAllowed):
        erase(ann, keep_words=True, by=eve, via="test")
    assert Person.objects.get(pk=ann.pk).erased_at is None
    assert kinds() == []

    erase(ann, keep_words=True, by=olga, via="test")
    with pytest.raises(Refused):
        erase(ann, keep_words=True, by=olga, via="test")
    assert kinds() == ["person.erased"]


def test_what_speaks_against_it_leaves_all_as_it_is():
    ann = make.person("Ann")

    def no(person):
        raise Refused("not yet")

    with pytest.raises(Refused):
        erase(ann, keep_words=True, by=ann, via="test", hinder=[no])

    assert Person.objects.get(pk=ann.pk).name == "Ann"
    assert kinds() == []


def test_two_that_become_one_keep_one_profile():
    ann, other = make.person("Ann"), make.person("Anna", address="anna@example.org")
    describe(ann, {"place": ("Bochum", "anyone")})
    describe(other, {"place": ("Essen", "anyone"), "work": ("builds", "nobody")})
    Authenticator.objects.create(user=other, type="totp", data={"secret": "x"})
    olga = make.person("Olga", administrator=True)

    merge(other, into=ann, by=olga, via="test")
    drain(SUBSCRIBERS)

    assert {(one.field, one.value) for one in ann.profile.all()} == {("place", "Bochum"), ("work", "builds")}
    assert not other.profile.exists()
    assert not Authenticator.objects.exists()
