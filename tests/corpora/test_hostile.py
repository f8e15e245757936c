"""Hostile input that no one here wrote: XSS payloads, naughty strings, DOMPurify's cases, CommonMark's examples."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from folkmoot.kit import markdown
from tests.hostile import SCHEMES, offences, rendered

GUIDE = Path(__file__).parents[2] / "docs/guides/markdown.md"
BATCH = 400
LONGEST = 200_000


def payloads(corpora: Path) -> list[str]:
    return (corpora / "html/xss-payload-list/xss-payload-list.txt").read_text(errors="replace").splitlines()


def naughty(corpora: Path) -> list[str]:
    return json.loads((corpora / "html/blns/blns.json").read_text())


def purified(corpora: Path) -> list[str]:
    return [one["payload"] for one in json.loads((corpora / "html/dompurify/expect.json").read_text())]


def examples(corpora: Path) -> list[tuple[int, str, str]]:
    """CommonMark's examples: number, text, HTML."""
    spec = (corpora / "html/commonmark/spec.txt").read_text().replace("→", "\t")
    found = re.findall(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", spec, re.S | re.M)
    return [(number, text, page) for number, (text, page) in enumerate(found, 1)]


def all_of(corpora: Path) -> list[str]:
    of_spec = [one for _number, *both in examples(corpora) for one in both]
    return [*payloads(corpora), *naughty(corpora), *purified(corpora), *of_spec]


def test_the_collections_are_whole(corpora):
    counts = [len(of(corpora)) for of in (payloads, naughty, purified, examples)]

    assert counts[0] > 6000
    assert counts[1] > 480
    assert counts[2] > 200
    assert counts[3] == 652


def test_nothing_that_runs_or_loads_comes_out_by_any_way(corpora):
    bad = [
        (text, way, found)
        for text in all_of(corpora)
        for way, page in rendered(text[:LONGEST])
        if (found := offences(page))
    ]

    assert bad == []


# In a browser


@pytest.mark.browser
def test_in_a_browser_nothing_runs_nothing_loads_and_nothing_gets_out_of_its_place(corpora, chromium):
    """Without our Content-Security-Policy, which would hide what the renderers let through."""
    texts = all_of(corpora)
    for start in range(0, len(texts), BATCH):
        cages = [page for text in texts[start : start + BATCH] for _way, page in rendered(text[:LONGEST])]
        assert seen_by(chromium, cages) == {"asked": [], "said": [], "ran": [], "wrong": []}, f"from {start}"


def seen_by(chromium, cages: list[str]) -> dict[str, list[str]]:
    """Open a page with all of them and note what it asks for, what it says, and what is not as it was made."""
    context = chromium.new_context()
    page = context.new_page()
    asked, said = [], []
    document = "".join(f'<div class="cage" id="cage-{at}">{cage}</div>' for at, cage in enumerate(cages))
    shell = f"<!doctype html><meta charset=utf-8><body><main>{document}</main><p id=end>the end</p>"
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.add_init_script(NOTES)
    page.route("**/*", lambda route: answer(route, shell, asked))
    page.goto("http://hostile.test/page")
    page.evaluate(PROVOKE)
    page.wait_for_timeout(100)
    ran, wrong = page.evaluate("window.ran"), page.evaluate(LOOK, [len(cages), sorted(SCHEMES)])
    context.close()
    return {"asked": asked, "said": said, "ran": ran, "wrong": wrong}


def answer(route, shell: str, asked: list[str]) -> None:
    if route.request.url == "http://hostile.test/page":
        route.fulfill(body=shell, content_type="text/html; charset=utf-8")
    elif route.request.url.startswith("http://hostile.test/files/"):
        route.fulfill(status=404)  # a picture of our own
    else:
        asked.append(route.request.url)
        route.abort()


NOTES = """window.ran = [];
for (const name of ["alert", "prompt", "confirm", "open", "print", "fetch"])
    window[name] = (...words) => window.ran.push(`${name} ${words.join()}`);
"""
PROVOKE = """() => {
    for (const one of document.querySelectorAll("main *"))
        for (const kind of ["mouseover", "focus", "toggle", "load", "error", "pointerenter", "animationend"])
            one.dispatchEvent(new Event(kind));
}"""
LOOK = """([count, schemes]) => {
    const wrong = [], main = document.querySelector("main");
    const cages = [...main.children];
    if (cages.length !== count || cages.some((one, at) => one.id !== `cage-${at}`)) wrong.push("the cages");
    if (document.body.lastElementChild.id !== "end" || document.body.children.length !== 2) wrong.push("the end");
    for (const one of main.querySelectorAll("*"))
        for (const { name } of one.attributes) if (name.startsWith("on") || name === "style") wrong.push(name);
    const never = "script, style, iframe, object, embed, form, input, base, meta, link, svg, math";
    for (const one of main.querySelectorAll(never)) wrong.push(one.tagName);
    for (const one of main.querySelectorAll("a[href]"))
        if (!schemes.includes(one.protocol.replace(":", ""))) wrong.push(one.href);
    return wrong;
}"""


# CommonMark


def test_where_we_differ_from_commonmark_is_written_down(corpora):
    differing = {
        number for number, text, page in examples(corpora) if events(markdown.to_html(text)) != events(as_here(page))
    }

    assert differing == documented()


def documented() -> set[int]:
    """The numbers in the guide's table, `149–152` as well as `149`."""
    rows = re.findall(r"^\|[^|]*\| *([\d–, ]+) *\|", GUIDE.read_text(), re.M)
    spans = [span.strip().split("–") for row in rows for span in row.split(",")]
    return {number for span in spans for number in range(int(span[0]), int(span[-1]) + 1)}


class Events(HTMLParser):
    """A page as tags with their attributes and words, for comparing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[object] = []
        self.depth = 0

    def handle_starttag(self, tag, attrs):
        self.depth += tag == "pre"
        kept = {name: value for name, value in attrs if name not in {"rel", "loading"}}
        if tag != "span":  # of coloured code
            self.found.append((tag, tuple(sorted(kept.items()))))

    def handle_endtag(self, tag):
        self.depth -= tag == "pre"
        if tag not in {"br", "hr", "img", "span"}:
            self.found.append(f"/{tag}")

    def handle_data(self, data):
        if data.strip() or self.depth:
            if self.found and isinstance(self.found[-1], list):
                self.found[-1][0] += data
            else:
                self.found.append([data])


def as_here(page: str) -> str:
    """CommonMark's HTML with headings as they stand in a post: below those of the page."""
    return re.sub(r"<(/?)h([1-6])>", lambda tag: f"<{tag[1]}h{min(int(tag[2]) + 2, 6)}>", page)


def events(page: str) -> list[object]:
    parser = Events()
    parser.feed(page)
    parser.close()
    return [one if not isinstance(one, list) else one[0].strip("\n") for one in parser.found]
