"""The guides at /help, and every link to them from where a question arises."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.utils.translation import override
from PIL import Image

from folkmoot.lobby import guides
from tests import make

FOLKMOOT = Path(__file__).resolve().parent.parent.parent
HELP_LINK = re.compile(r'_help\.html" with guide="([^"]+)" at="([^"]+)"')
ELSEWHERE = re.compile(r"\w+:")


def page(client, address, **more):
    return BeautifulSoup(client.get(address, **more).content, "html.parser")


def languages():
    return [guides.LANGUAGE, *(path.name for path in (settings.DOCS / "guides").iterdir() if path.is_dir())]


def test_a_stranger_reads_every_guide_and_finds_all_of_them_in_the_menu(client):
    for name in guides.names():
        found = page(client, f"/help/{name}")

        assert [a["href"] for a in found.select(".stations a")] == [f"/help/{one}" for one in guides.names()]
        assert found.select_one(".stations [aria-current]")["href"] == f"/help/{name}"
        assert len(found.find_all("h1")) == 1


def test_the_first_page_lists_tasks_that_lead_to_their_headings(client):
    links = [a["href"] for a in page(client, "/help").select(".help__tasks li a")]

    assert "/help/members#get-less-mail" in links
    assert "/help/organisers#a-letter-is-held" in links
    assert "/help/operators#backup" in links


def test_every_link_in_a_guide_leads_to_a_heading_a_guide_or_elsewhere(client):
    for language in languages():
        for name in guides.names():
            found = page(client, f"/help/{name}", headers={"Accept-Language": language})
            for link in found.select(".guide a"):
                assert leads_somewhere(client, found, link["href"]), f"{name} in {language}: {link['href']}"


def leads_somewhere(client, found, href):
    address, _, anchor = href.partition("#")
    if ELSEWHERE.match(address):
        return True
    there = page(client, address) if address else found
    return there.find(id=anchor) is not None if anchor else there.h1 is not None


def test_every_link_to_help_in_a_template_leads_to_a_guide_and_a_heading_that_exist():
    links = {
        (path.name, *link)
        for path in FOLKMOOT.rglob("templates/**/*.html")
        for link in HELP_LINK.findall(path.read_text())
    }
    headings = {(name, section.anchor) for name in guides.names() for section in guides.guide(name).sections}

    assert len(links) >= 12
    assert {link for link in links if link[1:] not in headings} == set()


def test_a_guide_that_does_not_exist_is_not_found(client):
    assert client.get("/help/nothing").status_code == 404
    assert client.get("/help/Members").status_code == 404


def test_only_pictures_of_the_guides_are_given_out(client):
    names = list(guides.pictures())

    answer = client.get(f"/help/pictures/{names[0]}")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    for name in ["..%2fguides%2fmembers.md", "../guides/members.md", "nothing.png", "%00"]:
        assert client.get(f"/help/pictures/{name}").status_code == 404


def test_pictures_say_how_large_they_are_and_what_they_show(client):
    shown = [image for name in guides.names() for image in page(client, f"/help/{name}").select(".guide img")]

    assert [image for image in shown if not image.get("alt") or not image.get("width")] == []


def test_pictures_are_light():
    for path in guides.pictures().values():
        with Image.open(path) as image:
            assert image.width <= 1280, path.name
        assert path.stat().st_size <= 150_000, path.name


def test_a_guide_is_read_in_the_readers_language_where_it_exists_and_in_english_elsewhere(client, settings, tmp_path):
    settings.DOCS = tmp_path
    (tmp_path / "guides/de").mkdir(parents=True)
    (tmp_path / "pictures").mkdir()
    (tmp_path / "guides/members.md").write_text("# For members\n\n## Get less mail\n\nMute it.\n")
    (tmp_path / "guides/mail.md").write_text("# Mail\n\n## In\n\n## Out\n")
    (tmp_path / "guides/de/members.md").write_text("# Für Mitglieder\n\n## Weniger Mail\n\n[Hier](#weniger-mail)\n")

    german, english = (page(client, "/help/members", headers={"Accept-Language": one}) for one in ("de", "en"))

    assert german.h1.text == "Für Mitglieder"
    assert german.select_one(".guide .prose a")["href"] == "/help/members#get-less-mail"
    assert english.h1.text == "For members"
    assert page(client, "/help/mail", headers={"Accept-Language": "de"}).h1.text == "Mail"


def test_a_heading_has_the_same_anchor_in_every_language():
    for path in (settings.DOCS / "guides").glob("*/*.md"):
        with override(path.parent.name):
            own = guides.guide(path.stem)
        with override(guides.LANGUAGE):
            english = guides.guide(path.stem)

        assert own.language == path.parent.name
        assert [one.anchor for one in own.sections] == [one.anchor for one in english.sections]


def test_how_this_works_stands_where_somebody_decides_about_mail(client):
    ann = make.person("Ann")
    make.group(ann)
    client.force_login(ann)

    assert page(client, "/g/tarn").select_one('a[href="/help/members#get-less-mail"]')


@pytest.mark.parametrize("address", ["/", "/help", "/groups"])
def test_help_is_at_the_foot_of_every_page(client, address):
    assert page(client, address).select_one('.foot a[href="/help"]')
