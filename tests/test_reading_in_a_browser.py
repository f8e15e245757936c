"""Catching up in Chromium by keyboard alone; what is new, what is read, what waits, and where the focus is."""

import re

import pytest
from playwright.sync_api import expect

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import ReadMark, Topic
from folkmoot.lobby.inbox.queries import inbox
from tests import make
from tests.test_pages_in_a_browser import sign_in, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def ann(context, live_server):
    ann, bob = make.person("Ann"), make.person("Bob")
    tarn = make.group(ann, bob, name="Tarn Users")
    for title in ("Third", "Second", "First"):
        make.post(make.topic(tarn, author=bob, title=title, body=f"About {title}."), author=bob)
    sign_in(context, live_server, ann)
    return ann


def rows(page):
    return page.locator("inbox-list li a").all_inner_texts()


def here(page):
    return page.locator("inbox-list li.is-here a")


def test_catching_up_by_keyboard_alone(page, ann):
    page.goto("/inbox")
    expect(page.locator(".bar .count")).to_have_text("6 unread")

    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=2, name="First")).to_be_visible()
    expect(here(page)).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=2, name="Second")).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=2, name="First")).to_be_visible()

    with page.expect_navigation():
        page.keyboard.press("e")
    expect(page.locator(".notices")).to_contain_text("Done: “First”.")
    expect(here(page)).to_contain_text("Second")
    expect(here(page)).to_be_focused()
    assert {one.row.title for one in inbox(ann).of("everything")} == {"Second", "Third"}

    with page.expect_navigation():
        page.keyboard.press("m")
    expect(here(page)).to_contain_text("Third")
    assert [one.level for one in ann.subscriptions.all()] == ["muted"]

    page.keyboard.press("r")
    expect(page.get_by_label("Your reply").last).to_be_focused()
    page.keyboard.type("jke?")
    expect(here(page)).to_contain_text("Third")
    expect(page.locator("dialog")).not_to_be_visible()


def test_n_goes_to_what_is_unread(page, ann):
    second = Topic.objects.get(title="Second")
    ReadMark.objects.create(person=ann, topic=second, read_to=second.last_post_at)
    page.goto("/inbox")

    for _press in range(2):
        page.keyboard.press("n")
        page.wait_for_timeout(200)

    expect(page.get_by_role("heading", level=2, name="Third")).to_be_visible()


def test_the_question_mark_shows_what_works_here_and_escape_closes_it(page, ann):
    page.goto("/inbox")
    page.keyboard.press("?")

    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Groups")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()


def test_g_and_a_letter_go_places(page, ann):
    page.goto("/g/tarn")
    for letter, address in [("t", "/g/tarn/topics"), ("h", "/g/tarn"), ("m", "/g/tarn/members"), ("i", "/inbox")]:
        with page.expect_navigation():
            page.keyboard.press("g")
            page.keyboard.press(letter)
        expect(page).to_have_url(re.compile(f"{address}$"))


def test_who_switched_keys_off_types_in_peace(page, ann):
    Person.objects.filter(pk=ann.pk).update(has_shortcuts=False)
    page.goto("/inbox")

    page.keyboard.press("j")
    page.keyboard.press("?")
    page.wait_for_timeout(200)

    expect(page.locator("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", level=2)).to_have_count(1)  # the groups'
    assert page.locator("body").get_attribute("data-shortcuts") == "off"


def test_on_a_conversations_page_j_and_k_walk_through_the_posts(page, ann):
    page.goto(Topic.objects.get(title="First").get_absolute_url())

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("article").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("article").nth(0)).to_be_focused()


def test_on_a_phone_the_list_comes_first_and_a_conversation_has_its_own_page(page, ann):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/inbox")
    page.get_by_role("link", name="First").click()

    expect(page.get_by_role("heading", level=2, name="First")).to_be_visible()
    expect(page.locator("inbox-list ol")).not_to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("inbox-list ol")).to_be_visible()


def test_times_are_shown_in_the_readers_own_zone(chromium, live_server, ann, context):
    context = chromium.new_context(
        base_url=live_server.url, timezone_id="Asia/Tokyo", storage_state=context.storage_state()
    )
    topic = Topic.objects.get(title="First")
    topic.posts.update(posted_at="2026-01-05T20:30Z")
    page = context.new_page()

    page.goto(topic.get_absolute_url())

    expect(page.locator("article time").first).to_contain_text("05:30")
    expect(page.locator("article time").first).to_contain_text("6 Jan")
    Person.objects.filter(pk=ann.pk).update(time_zone="America/New_York")
    page.reload()
    expect(page.locator("article time").first).to_contain_text("15:30")
    context.close()
