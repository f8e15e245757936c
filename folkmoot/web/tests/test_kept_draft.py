"""The draft in a real browser; the pages come from here, not from a server."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route, expect, sync_playwright

from folkmoot.web.bundle import HERE

SITE = "http://folkmoot.test"
FORM = """<!doctype html><title>Topic</title>{sent}
<script type="module" src="/kept-draft.js"></script>
<form><kept-draft key="topic-7" words="Draft kept"><textarea aria-label="Your reply"></textarea></kept-draft></form>"""


def test_what_was_typed_comes_back_until_it_has_arrived():
    with _browser() as page:
        box = page.get_by_label("Your reply")
        page.goto(f"{SITE}/topic")
        box.fill("Half a thought")
        expect(page.get_by_role("status")).to_have_text("Draft kept")

        page.goto(f"{SITE}/topic")
        expect(box).to_have_value("Half a thought")

        page.goto(f"{SITE}/topic?sent")
        expect(box).to_have_value("")

        page.goto(f"{SITE}/topic")
        expect(box).to_have_value("")


@contextmanager
def _browser() -> Iterator[Page]:
    arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        page = browser.new_page()
        page.route(f"{SITE}/**", _answer)
        yield page
        browser.close()


def _answer(route: Route) -> None:
    if route.request.url.endswith(".js"):
        route.fulfill(body=(HERE / "js" / "kept-draft.js").read_text(), content_type="text/javascript")
    else:
        sent = '<p data-sent="topic-7">Your reply is sent.</p>' if "sent" in route.request.url else ""
        route.fulfill(body=FORM.format(sent=sent), content_type="text/html")
