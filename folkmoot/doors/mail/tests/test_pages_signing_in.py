"""Signing in, as far as it goes through the mail door: codes come in letters."""

import re
from email import message_from_bytes, policy

import pytest
from django.contrib.auth import get_user

from folkmoot.accounts.models import Person
from folkmoot.doors.mail.models import OutgoingLetter
from tests import make


def text(response):
    return response.content.decode()


def code_sent_to(address):
    """The code in the letter, as its reader finds it."""
    raw = OutgoingLetter.objects.filter(recipient=address).latest("pk").raw
    subject = message_from_bytes(raw, policy=policy.default)["Subject"]
    return re.fullmatch(r"Your code: ([A-Z0-9-]{6,})", subject)[1]


def test_signing_in_is_an_address_and_a_code(client):
    ann = make.person("Ann")
    client.post("/account/login/", {"login": "ann@example.org", "next": "/groups"})
    answer = client.post("/account/login/code/confirm/", {"code": code_sent_to("ann@example.org"), "next": "/groups"})

    assert answer["Location"] == "/groups"
    assert get_user(client) == ann


def test_a_wrong_code_does_not_sign_in(client):
    make.person("Ann")
    client.post("/account/login/", {"login": "ann@example.org"})

    answer = client.post("/account/login/code/confirm/", {"code": "WRONG1"})

    assert "Look into your mail" in text(answer)
    assert get_user(client).is_anonymous


def test_an_unknown_address_is_told_so_by_mail_only(client):
    answer = client.post("/account/login/", {"login": "eve@example.org"})

    assert answer["Location"].startswith("/account/login/code/confirm/")
    assert [one.recipient for one in OutgoingLetter.objects.all()] == ["eve@example.org"]
    assert not Person.objects.exists()


def test_a_new_account_is_a_name_an_address_and_a_code(client):
    client.post("/account/signup/", {"name": "Ann Example", "email": "ann@example.org"})
    client.post("/account/confirm-email/", {"code": code_sent_to("ann@example.org")})

    ann = Person.objects.at("ann@example.org")
    assert (ann.name, ann.handle) == ("Ann Example", "ann-example")
    assert get_user(client) == ann


def test_an_account_has_a_name(client):
    answer = client.post("/account/signup/", {"name": "", "email": "ann@example.org"})

    assert "This field is required" in text(answer)
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "address", ["/account/login/", "/account/login/code/", "/account/signup/", "/account/inactive/"]
)
def test_account_pages_are_in_our_look(client, address):
    assert 'class="bar' in text(client.get(address))


def test_signing_out_asks_first(client):
    client.force_login(make.person("Ann"))
    assert "Sign out?" in text(client.get("/account/logout/"))
    assert not get_user(client).is_anonymous

    assert client.post("/account/logout/")["Location"] == "/"

    assert get_user(client).is_anonymous


def test_an_address_is_added_by_a_code(client):
    ann = make.person("Ann")
    make.signed_in(client, ann)

    client.post("/settings/addresses", {"email": "second@example.org", "action_add": "1"})
    assert Person.objects.at("second@example.org") is None
    client.post("/account/confirm-email/", {"code": code_sent_to("second@example.org")})

    assert Person.objects.at("second@example.org") == ann
    page = text(client.get("/settings/addresses"))
    assert "second@example.org" in page
    assert "Send letters here" in page
