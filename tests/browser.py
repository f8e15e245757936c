"""A real browser for the tests marked `browser`, anywhere: Playwright drives the system's Chromium."""

import os
import shutil
from urllib.parse import urlsplit

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [  # without these it asks Google for this and that at every start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright  # here, since it takes half a second to load

    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "Chromium is missing. bin/test without a path installs it; or: sudo apt-get install chromium"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in this thread; Django refuses then
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def context(chromium, live_server):
    """A fresh browser profile whose addresses start at our server; it fails what goes wrong unseen."""
    context = chromium.new_context(base_url=live_server.url)
    context.set_default_timeout(10_000)
    wrong = []
    context.on("weberror", lambda error: wrong.append(f"script: {error.error}"))
    context.on("request", lambda request: is_local(request.url) or wrong.append(f"went out: {request.url}"))
    context.on("console", lambda line: "Content Security Policy" in line.text and wrong.append(line.text))
    yield context
    context.close()
    assert wrong == []


@pytest.fixture
def page(context):
    return context.new_page()


def is_local(url):
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", None}
