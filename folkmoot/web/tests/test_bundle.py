import re

from folkmoot.web.bundle import APART, BUNDLE, HERE, PARTS, bundled
from folkmoot.web.gallery import SHEETS


def test_the_style_sheet_that_pages_link_is_fresh():
    assert BUNDLE.read_text() == bundled(), "run: python -m folkmoot.web.bundle"


def test_every_part_is_in_it_or_apart():
    assert {path.stem for path in (HERE / "css").glob("*.css")} == set(PARTS) | set(APART)


def test_the_gallery_shows_the_parts_that_are_apart():
    of_one_page = {"home", "inbox", "agenda", "over", "badges"}

    assert {sheet for sheet in SHEETS if sheet in APART} == set(APART) - of_one_page


def test_it_stays_light():
    assert len(bundled().encode()) <= 30_000


def test_older_browsers_get_the_same_colours():
    tokens = (HERE / "css" / "tokens.css").read_text()
    new, old = tokens.split("@supports", 1)
    by_day, by_night = old.split("@media (prefers-color-scheme: dark)", 1)
    pairs = re.findall(r"(--[\w-]+): light-dark\((#\w+), (#\w+)\);", new)
    chosen = [(name, day, night) for name, day, night in pairs if name != "--on-line"]

    assert len(chosen) > 10
    for name, day, night in chosen:
        assert f"{name}: {day};" in by_day
        assert f"{name}: {night};" in by_night


def test_only_classes_no_inline_style_or_script():
    for path in (HERE.parent.parent / "templates").rglob("*.html"):
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*(\ssrc=|ld\+json))|\son\w+=", path.read_text()), path.name
