"""Signing in by each way, and leaving, in Chromium; a virtual authenticator stands for the finger."""

import re
import time
from email import message_from_bytes, policy

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from playwright.sync_api import expect

from folkmoot.accounts.models import Person
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.outbox.relay import drain
from tests import make
from tests.test_pages_in_a_browser import press, tab_to, write

pytestmark = pytest.mark.browser

ADDRESS = "Your mail address"
GOOD = "battery horse staple"


@pytest.fixture(autouse=True)
def no_limits_of_another_test(live_server):
    cache.clear()


@pytest.fixture
def ann(live_server):
    person = make.person("Ann")
    make.topic(make.group(person), author=person)
    return person


def code():
    raw = OutgoingLetter.objects.latest("pk").raw
    return re.search(r"[A-Z0-9]+-?[A-Z0-9]+$", message_from_bytes(bytes(raw), policy=policy.default)["Subject"])[0]


def sign_in_by_code(page):
    page.goto("/account/login/")
    write(page, ADDRESS, "ann@example.org")
    press(page, "Send me a code")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    page.get_by_label("Code").fill(code())
    page.keyboard.press("Enter")


def sign_out(page):
    page.goto("/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()


def expect_in(page):
    expect(page.get_by_role("link", name="Ann, your settings")).to_be_visible()


def test_a_code_by_keyboard_alone(page, ann):
    sign_in_by_code(page)

    expect_in(page)


def test_a_password_by_keyboard_alone(page, ann):
    ann.set_password(GOOD)
    ann.save()
    page.goto("/account/login/")

    write(page, ADDRESS, "ann@example.org")
    tab_to(page, "I have a password")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(GOOD)
    page.keyboard.press("Enter")

    expect_in(page)


def test_a_passkey_is_made_used_renamed_and_removed(page, context, ann):
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, "isUserVerified": True}})
    sign_in_by_code(page)
    expect_in(page)

    page.goto("/settings/security")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("What do you call it?").fill("My laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("cell", name=re.compile("My laptop"))).to_be_visible()

    sign_out(page)
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect_in(page)

    page.goto("/settings/security")
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name").fill("Old laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name=re.compile("Old laptop"))).to_be_visible()
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("None yet. With a passkey")).to_be_visible()


def test_a_passkey_that_is_not_there_is_told_so(page, context, ann):
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    page.goto("/account/login/")

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("That didn't work")


def test_an_app_is_set_up_and_asked_for(page, ann):
    sign_in_by_code(page)
    expect_in(page)
    page.goto("/settings/security")
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator(".steps code").inner_text()
    page.get_by_label("Authenticator code").fill(app_code(secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")

    sign_out(page)
    sign_in_by_code(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("The second step")
    page.get_by_label("Code").fill(app_code(secret))
    page.keyboard.press("Enter")

    expect_in(page)


def app_code(secret):
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def test_a_picture_is_uploaded_and_stands_in_the_bar(page, ann, tmp_path):
    from PIL import Image  # here, where it is used

    Image.new("RGB", (400, 300), "teal").save(tmp_path / "me.png")
    sign_in_by_code(page)
    expect_in(page)
    page.goto("/settings/profile")
    page.get_by_label("Picture", exact=True).set_input_files(tmp_path / "me.png")
    page.get_by_role("button", name="Show this picture").click()

    expect(page.locator(".bar__you img")).to_be_visible()
    page.wait_for_function("document.querySelector('.bar__you img').naturalWidth == 256")  # or it never comes


def test_everything_is_taken_along_and_then_the_account_is_closed(page, ann):
    sign_in_by_code(page)
    expect_in(page)
    page.goto("/settings/data")
    page.get_by_role("button", name="Make my file").click()
    expect(page.get_by_text("Your file is being made")).to_be_visible()
    drain(SUBSCRIBERS)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Fetch").click()
    assert download.value.suggested_filename == f"ann-{time.strftime('%Y-%m-%d', time.gmtime())}.zip"

    page.get_by_role("link", name="Close my account").click()
    page.get_by_label("Delete my words, too").check()
    page.get_by_label("Type ann to show that you mean it").fill("ann")
    page.get_by_role("button", name="Close my account for good").click()

    expect(page.get_by_text("You are gone from here")).to_be_visible()
    assert Person.objects.get(pk=ann.pk).erased_at


@pytest.mark.timeout(300)
def test_a_browser_solves_the_puzzle_of_a_new_account(page, live_server):
    page.goto("/account/signup/")
    salt = page.locator("hash-puzzle").get_attribute("salt")
    page.get_by_label("Your name").fill("Zoe")
    page.get_by_label(ADDRESS).fill("zoe@example.org")

    press(page, "Send me a code")

    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail", timeout=60_000)
    assert cache.get(f"puzzle:{salt}") == 1
    assert Person.objects.get().name == "Zoe"
