"""Passwords, the second step, limits and stale forms; what of it goes out by mail."""

import re
from email import message_from_bytes, policy
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client

from folkmoot.accounts.models import Person
from folkmoot.accounts.operations import prefer
from folkmoot.doors.mail import letters
from folkmoot.doors.mail.models import OutgoingLetter
from tests import make

GOOD = "battery horse staple"


@pytest.fixture(autouse=True)
def no_limits_of_another_test():
    cache.clear()


def text(response):
    return response.content.decode()


def letter_to(address):
    raw = OutgoingLetter.objects.filter(recipient=address).latest("pk").raw
    return message_from_bytes(bytes(raw), policy=policy.default)


def code_sent_to(address):
    return re.fullmatch(r"Your code: ([A-Z0-9-]{6,})", letter_to(address)["Subject"])[1]


def sign_in_by_code(client, address="ann@example.org"):
    client.post("/account/login/", {"login": address})
    return client.post("/account/login/code/confirm/", {"code": code_sent_to(address)})


def with_password(name="Ann"):
    person = make.person(name)
    person.set_password(GOOD)
    person.save()
    return person


def app_code(secret):
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[-1]))


def set_up_app(client):
    client.get("/account/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    client.post("/account/2fa/totp/activate/", {"code": app_code(secret)})
    return secret


# Passwords


def test_a_password_is_set_kept_as_argon2_and_opens_the_account(client):
    ann = make.person("Ann")
    sign_in_by_code(client)
    assert client.post("/account/password/set/", {"password1": "short"}).status_code == 200
    assert client.post("/account/password/set/", {"password1": GOOD}).status_code == 302

    ann.refresh_from_db()
    assert ann.password.startswith("argon2$argon2id$")
    assert "has a password now" in letter_to("ann@example.org").get_body(("plain",)).get_content()
    other = Client()
    answer = other.post("/account/login/", {"login": "ann@example.org", "password": GOOD, "next": "/groups"})
    assert answer["Location"] == "/groups"
    assert get_user(other) == ann


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client):
    with_password("Ann")

    answers = [
        text(client.post("/account/login/", {"login": address, "password": "wrong wrong wrong"}))
        for address in ("ann@example.org", "who@example.org")
    ]

    first, second = (re.sub(r'value="[^"]*"|who@example.org|ann@example.org', "", one) for one in answers)
    assert first == second
    assert get_user(client).is_anonymous


def test_an_account_may_be_made_with_a_password(client):
    form = {"name": "Ann", "email": "ann@example.org", "password1": GOOD}
    assert client.post("/account/signup/", {**form, "password1": "1234567890"}).status_code == 200
    client.post("/account/signup/", form)
    client.post("/account/confirm-email/", {"code": code_sent_to("ann@example.org")})

    assert Person.objects.get().check_password(GOOD)


def test_a_forgotten_password_is_replaced_by_a_code(client):
    ann = with_password("Ann")
    old = Client()
    old.force_login(ann)

    client.post("/account/password/reset/", {"email": "ann@example.org"})
    client.post("/account/password/reset/confirm/", {"code": code_sent_to("ann@example.org")})
    client.post("/account/password/reset/complete/", {"password1": "other words entirely"})

    ann.refresh_from_db()
    assert ann.check_password("other words entirely")
    assert get_user(old).is_anonymous


# The second step


def test_with_an_app_a_code_by_mail_is_not_enough(client):
    ann = make.person("Ann")
    sign_in_by_code(client)
    secret = set_up_app(client)
    assert "recovery" in text(client.get("/account/2fa/recovery-codes/")).lower()
    codes = client.get("/account/2fa/recovery-codes/download/").content.decode().split()[-10:]

    other = Client()
    assert sign_in_by_code(other)["Location"].startswith("/account/2fa/authenticate/")
    assert get_user(other).is_anonymous
    assert "That" in text(other.post("/account/2fa/authenticate/", {"code": "000000"})) or get_user(other).is_anonymous

    other.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert get_user(other) == ann
    third = Client()
    sign_in_by_code(third)
    third.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert get_user(third).is_anonymous
    third.post("/account/2fa/authenticate/", {"code": app_code(secret)})
    assert get_user(third) == ann


def test_a_passkey_alone_asks_for_no_second_step(client):
    ann = make.person("Ann")
    Authenticator.objects.create(user=ann, type=Authenticator.Type.WEBAUTHN, data={"name": "phone", "credential": {}})

    sign_in_by_code(client)

    assert get_user(client) == ann


def test_what_changes_the_ways_in_is_asked_again_and_told_by_mail(client, django_capture_on_commit_callbacks):
    ann = with_password("Ann")
    client.force_login(ann)

    assert client.get("/account/2fa/totp/activate/")["Location"].startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/?next=/account/2fa/totp/activate/", {"password": GOOD})
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(client)

    assert "authenticator app was set up" in letter_to("ann@example.org").get_body(("plain",)).get_content()
    assert "asked for at each sign-in" in text(client.get("/settings/security"))


# Pages


@pytest.mark.parametrize(
    "address",
    """
    /account/password/set/ /account/2fa/totp/activate/ /account/2fa/webauthn/add/ /settings/security
    /settings/addresses
    """.split(),
)
def test_pages_of_the_ways_in_are_in_our_look(client, address):
    make.person("Ann")
    sign_in_by_code(client)

    page = text(client.get(address))

    assert 'class="stations"' in page
    assert 'aria-current="page"' in page


@pytest.mark.parametrize("address", ["/account/password/reset/", "/account/login/", "/account/signup/"])
def test_pages_before_one_is_in_are_in_our_look(client, address):
    page = text(client.get(address))

    assert 'class="bar' in page
    assert page.count('class="btn go"') == 1


@pytest.mark.parametrize(
    "address",
    "/account/password/set/ /account/2fa/totp/activate/ /account/2fa/webauthn/add/ /settings/password/remove".split(),
)
def test_an_open_laptop_is_not_enough_to_change_the_ways_in(client, address):
    ann = make.person("Ann")
    client.force_login(ann)  # long ago

    answer = client.post(address, {"password1": GOOD, "code": "123456"})

    assert answer.status_code == 403
    assert "Sign in once more" in text(answer)


def test_nor_to_add_an_address(client):
    client.force_login(make.person("Ann"))
    assert client.get("/settings/addresses").status_code == 200

    answer = client.post("/settings/addresses", {"email": "eve@example.org", "action_add": "1"})

    assert answer.status_code == 403
    assert not OutgoingLetter.objects.exists()


def test_signing_in_again_leads_back(client):
    make.person("Ann")
    client.force_login(Person.objects.get())
    page = text(client.get("/account/password/set/"))
    next_page = re.search(r'name="next" value="([^"]+)"', page)[1]

    assert client.post("/account/logout/", {"next": next_page})["Location"] == next_page
    client.post(next_page, {"login": "ann@example.org", "next": "/account/password/set/"})
    answer = client.post(
        "/account/login/code/confirm/",
        {"code": code_sent_to("ann@example.org"), "next": "/account/password/set/"},
    )

    assert answer["Location"] == "/account/password/set/"
    assert client.get("/account/password/set/").status_code == 200


@pytest.mark.parametrize(
    ("sent_from", "back"),
    [
        ("http://testserver/settings/data", "/settings/data"),
        ("http://elsewhere.example/x", "/settings"),
        ("", "/settings"),
    ],
)
def test_signing_in_again_for_a_form_leads_back_to_its_page(client, sent_from, back):
    client.force_login(make.person("Ann"))

    page = text(client.post("/settings/data/exports", headers={"referer": sent_from}))

    assert f'name="next" value="/account/login/?{urlencode({"next": back})}"' in page


def test_a_passkey_page_names_no_other_way_to_its_list(client):
    client.force_login(make.person("Ann"))

    assert client.get("/account/2fa/webauthn/")["Location"] == "/settings/security"


# Limits and stale forms


def test_a_thousand_accounts_from_one_network_come_to_a_clear_end(client):
    statuses = []
    for number in range(1000):
        answer = client.post("/account/signup/", {"name": "x", "email": f"x{number}@example.org"})
        client.cookies.clear()
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            break

    assert len(statuses) <= 40
    assert statuses[-1] == 429
    assert "That was too often" in text(answer)
    assert Person.objects.count() == 3  # as many as without a puzzle


def test_guessing_a_password_comes_to_an_end_and_says_so(client):
    with_password("Ann")

    answers = [client.post("/account/login/", {"login": "ann@example.org", "password": f"{n} wrong"}) for n in range(8)]

    assert "Too many failed login attempts" in text(answers[-1])
    right = client.post("/account/login/", {"login": "ann@example.org", "password": GOOD})
    assert right.status_code == 200
    assert get_user(client).is_anonymous


def test_a_forged_form_is_told_so():
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post("/account/login/", {"login": "ann@example.org"})

    assert answer.status_code == 403
    assert "open for too long, or the form came from elsewhere" in text(answer)


@pytest.mark.parametrize("address", ["login/code/confirm/", "confirm-email/", "password/reset/confirm/"])
def test_a_code_that_nobody_waits_for_leads_to_the_sign_in_page(client, address):
    answer = client.post(f"/account/{address}", {"code": "ABC-DEF"})

    assert answer.status_code == 302
    assert answer["Location"].startswith(("/account/login/", "/account/signup/", "/account/password/reset/"))


# Letters


def test_a_letter_is_in_its_readers_language():
    ann, bob = make.person("Ann"), make.person("Bob")
    prefer(ann, language="de", time_zone="", has_shortcuts=True)

    for person in (ann, bob):
        letters.write("account_notice", {"what": "x"}, to=f"{person.handle}@example.org")
    spoken = {one.recipient: bytes(one.raw) for one in OutgoingLetter.objects.all()}

    assert b'lang=3D"de"' in spoken["ann@example.org"]
    assert b'lang=3D"en"' in spoken["bob@example.org"]
