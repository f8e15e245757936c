"""Whole journeys of reading and writing in Chromium, by keyboard alone; each once with scripts and once without."""

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from folkmoot.accounts.models import Person
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.conversations.models import Topic
from folkmoot.conversations.operations import accept_answer
from folkmoot.lobby.inbox.queries import inbox
from folkmoot.outbox.relay import drain
from tests import make
from tests.browser import is_local
from tests.test_pages_in_a_browser import press, sign_in, tab_to, write
from tests.test_ways_in_in_a_browser import code

pytestmark = pytest.mark.browser

LARGEST_LIST = 30_000  # bytes over the wire


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def has_scripts(request):
    return request.param


@pytest.fixture
def context(chromium, live_server, has_scripts):
    """A fresh profile on a phone; every address that it asks for is noted."""
    cache.clear()
    size = {"width": 390, "height": 800}
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=has_scripts, viewport=size)
    context.set_default_timeout(10_000)
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    yield context
    context.close()
    assert [address for address in asked if not is_local(address)] == []


@pytest.fixture
def page(context):
    return context.new_page()


@pytest.fixture
def bob(live_server, tmp_path, settings):
    settings.FILES, settings.OUTGOING = tmp_path / "files", tmp_path / "outgoing"
    return make.person("Bob")


def make_an_account(page, *, name, address):
    write(page, "Your name", name)
    write(page, "mail address", address)
    press(page, "Send me a code")
    write(page, "Code", code())
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_newcomer_reads_an_answer_asks_and_accepts_one(page, bob, has_scripts):
    tarn = make.group(bob, name="Tarn Users")
    solved = make.topic(tarn, author=bob, title="Replica lags behind", body="It lags by hours.")
    accept_answer(make.post(solved, author=bob, body="Use *slots*."), by=bob, via="test")

    found = page.goto(solved.get_absolute_url())
    assert "QAPage" in found.text()
    expect(page.get_by_role("article").last).to_contain_text("Use slots.")
    press(page, "Sign in to answer")
    press(page, "Make an account")
    make_an_account(page, name="Noor", address="noor@example.org")
    expect(page.get_by_role("heading", level=1)).to_have_text("Replica lags behind")
    press(page, "Join the group")
    press(page, "Join the group")
    press(page, "Talk")

    press(page, "Start a conversation")
    write(page, "What is it about?", "Replica lags after a restart")
    if has_scripts:
        expect(page.get_by_role("link", name="Replica lags behind")).to_be_visible()
    write(page, "What do you want to say?", "Slots are there, and still.")
    press(page, "Start it")
    expect(page.locator(".notices")).to_contain_text("Your conversation has begun")

    asked = Topic.objects.get(title="Replica lags after a restart")
    make.post(asked, author=bob, body="Wait a minute.")
    page.reload()
    press(page, "More for this conversation")
    tab_to(page, "The answer")
    press(page, "The answer")

    expect(page.get_by_role("main")).to_contain_text("Answered in")
    assert Topic.objects.get(pk=asked.pk).answer.body == "Wait a minute."


def test_somebody_shy_shows_nothing_takes_all_along_and_leaves(page, context, bob):
    tarn = make.group(bob, name="Tarn Users")
    page.goto("/account/signup/")
    make_an_account(page, name="Wombat", address="alias7@example.org")
    page.goto(tarn.get_absolute_url())
    press(page, "Join the group")
    shy = Person.objects.get(name="Wombat")
    topic = make.topic(tarn, author=shy, title="Hello", body="My words.")

    page.goto("/settings/profile")
    write(page, "Telephone", "0150 7777")
    page.keyboard.press("Tab")
    page.keyboard.type("Nobody")
    press(page, "Save")
    page.goto("/settings/data")
    press(page, "Make my file")
    press(page, "Sign in again")
    write(page, "mail address", "alias7@example.org")
    press(page, "Send me a code")
    write(page, "Code", code())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "Make my file")
    drain(SUBSCRIBERS)
    page.reload()
    tab_to(page, "Fetch")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.startswith("wombat-")

    press(page, "Close my account")
    tab_to(page, "Keep my words")
    page.keyboard.press("Space")
    write(page, "to show that you mean it", shy.handle)
    press(page, "Close my account for good")
    expect(page.get_by_text("You are gone from here")).to_be_visible()
    drain(SUBSCRIBERS)

    shown = page.goto(topic.get_absolute_url()).text()
    assert "My words." in shown
    assert "Wombat" not in shown
    assert "0150 7777" not in shown


def test_on_a_bad_line_one_reads_five_conversations_and_answers(page, context, live_server, bob):
    ann = make.person("Ann")
    tarn = make.group(ann, bob, name="Tarn Users")
    titles = ["Fifth", "Fourth", "Third", "Second", "First"]
    for title in titles:
        make.post(make.topic(tarn, author=bob, title=title, body=f"About {title}."), author=bob, body=f"On {title}.")
    sign_in(context, live_server, ann)

    listed = page.goto("/inbox")
    assert listed.request.sizes()["responseBodySize"] < LARGEST_LIST
    for title in reversed(titles):
        press(page, title)
        expect(page.get_by_role("article").last).to_contain_text(f"On {title}.")
        if title != "Fifth":
            press(page, "Back to the list")
    write(page, "Your reply", "Written in a tunnel.")
    press(page, "Send reply")
    expect(page.get_by_role("article").last).to_contain_text("Written in a tunnel.")

    assert inbox(ann).unread == 0
    page.goto("/inbox")
    press(page, "Fourth")
    press(page, "Mark done")
    expect(page.locator(".notices")).to_contain_text("Done")
    press(page, "Undo")
    assert len(inbox(ann).of("everything")) == len(titles)
