"""Writing and answering in Chromium: tools and keys, names, pictures, drafts, short answers."""

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from folkmoot.conversations.models import Attachment, Draft, Reaction
from folkmoot.conversations.operations import react
from tests import make

pytestmark = pytest.mark.browser


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def topic(ann, tmp_path, settings):
    settings.FILES = tmp_path / "files"
    return make.topic(make.group(ann, make.person("Bob")))


@pytest.fixture
def signed_in(context, live_server, ann):
    client = Client()
    client.force_login(ann)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])


@pytest.fixture
def box(page, topic, signed_in):
    page.goto(topic.get_absolute_url())
    return page.get_by_label("Your reply").get_by_role("textbox")


def test_tools_and_keys_put_marks_around_what_is_chosen(page, box):
    for do, written in (
        (lambda: page.keyboard.press("Control+b"), "**one**"),
        (lambda: page.keyboard.press("Control+i"), "*one*"),
        (lambda: page.keyboard.press("Control+k"), "[one](https://)"),
        (lambda: page.get_by_role("button", name="Quote").click(), "> one"),
        (lambda: page.get_by_role("button", name="Code").click(), "`one`"),
        (lambda: page.get_by_role("button", name="List").click(), "- one"),
    ):
        box.fill("one")
        box.select_text()
        do()
        expect(box).to_have_value(written)
        expect(box).to_be_focused()


def test_control_enter_sends(page, box, topic):
    box.fill("Sent by keys.")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")

    expect(page.get_by_role("article").last).to_contain_text("Sent by keys.")
    assert topic.posts.count() == 2


def test_a_preview_stands_below_what_is_written_and_the_box_is_left_alone(page, box, topic):
    box.fill("It is *so*.")
    page.get_by_role("button", name="Preview").click()

    expect(page.get_by_role("region", name="Preview").locator("em")).to_have_text("so")
    expect(box).to_have_value("It is *so*.")
    assert topic.posts.count() == 1


def test_a_member_is_named_by_keys_alone(page, box):
    box.press_sequentially("Hi @bo")
    expect(page.get_by_role("option")).to_have_text("Bob @bob")
    page.keyboard.press("Enter")

    expect(box).to_have_value("Hi @bob ")
    expect(page.get_by_role("listbox")).to_be_hidden()


PASTE = """async (box) => {
    const canvas = new OffscreenCanvas(8, 8);
    canvas.getContext("2d").fillRect(0, 0, 8, 8);
    const file = new File([await canvas.convertToBlob()], "drawing.png", { type: "image/png" });
    const from = new DataTransfer();
    from.items.add(file);
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: from, bubbles: true, cancelable: true }));
}"""


def test_a_pasted_picture_is_sent_ahead_and_stands_in_the_post(page, box):
    box.fill("See ")
    box.evaluate(PASTE)
    expect(box).to_have_value(re.compile(r"See !\[drawing\.png\]\(/files/\w{64}/drawing\.png\)"))

    page.get_by_role("button", name="Send reply").click()

    expect(page.get_by_role("article").last.locator("img")).to_have_js_property("naturalWidth", 8)
    assert Attachment.objects.get().is_inline


def test_what_is_typed_stands_in_the_box_on_another_machine(context, page, box, topic, ann, chromium, live_server):
    with page.expect_response(re.compile("/drafts/topic-")):
        box.press_sequentially("Half a thought")
    assert Draft.objects.get().body == "Half a thought"

    other = chromium.new_context(base_url=live_server.url)
    other.add_cookies(context.cookies())
    elsewhere = other.new_page()
    elsewhere.goto(topic.get_absolute_url())

    expect(elsewhere.get_by_label("Your reply").get_by_role("textbox")).to_have_value("Half a thought")
    other.close()


def test_a_short_answer_is_given_and_taken_back_without_leaving_the_page(page, topic, ann, signed_in):
    react(topic.posts.get(), "works", by=topic_member(topic), via="test")
    page.goto(topic.get_absolute_url())
    thanks = page.get_by_role("button", name="Thank you")
    expect(thanks).to_have_attribute("aria-pressed", "false")

    thanks.focus()
    page.keyboard.press("Enter")

    expect(thanks).to_have_attribute("aria-pressed", "true")
    expect(thanks).to_have_text("Thank you 1")
    expect(thanks).to_be_focused()
    assert Reaction.objects.filter(person=ann, kind="thanks").count() == 1

    page.keyboard.press("Enter")
    expect(thanks).to_have_attribute("aria-pressed", "false")
    assert not Reaction.objects.filter(person=ann).exists()


def topic_member(topic):
    return topic.channel.group.memberships.get(person__name="Bob").person


def test_ones_own_posts_ask_for_no_answer(page, topic, ann, signed_in):
    mine = make.post(topic, author=ann)
    react(mine, "works", by=topic_member(topic), via="test")
    page.goto(topic.get_absolute_url())

    own = page.locator(f"#post-{mine.pk}")
    expect(own.get_by_role("button", name="Works for me")).to_be_disabled()
    expect(own.get_by_role("button", name="Thank you")).to_have_count(0)
