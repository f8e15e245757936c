import datetime
import re
import zoneinfo

import pytest
from django.http import Http404
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from folkmoot.web.gallery import gallery
from folkmoot.web.templatetags.face import hue, icon, initials, when

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
NOW = datetime.datetime(2026, 11, 24, 11, 2, tzinfo=BERLIN)


@pytest.fixture(autouse=True)
def _at_eleven_in_berlin(monkeypatch: pytest.MonkeyPatch, settings):
    settings.ROOT_URLCONF = "folkmoot.web.urls"  # this floor stands without the ones above
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    with timezone.override(BERLIN):
        yield


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jörg Brinkmann", "JB"),
        ("alexandrine von Hohenstein", "AV"),
        ("Mehmet-Ali Öztürk", "MÖ"),
        ("Δημήτρης Παπαδόπουλος", "ΔΠ"),
        ("ليلى حدّاد", "لح"),
        ("नीरज चोपड़ा", "नीचो"),
        ("E\u0301lodie", "É"),
        ("(Max) @home 🙂", "MH"),
        ("ßeta", "ß"),
        ("山田太郎", "山"),
        ("…", "?"),
        ("", "?"),
    ],
)
def test_initials_come_from_any_script(name: str, expected: str):
    assert initials(name) == expected


def test_a_hue_is_one_of_the_classes_we_have_and_stays():
    assert [hue(degrees) for degrees in (0, 4, 180, 359)] == ["hue-0", "hue-0", "hue-180", "hue-0"]
    assert hue("Jörg Brinkmann") == hue("Jörg Brinkmann")
    assert re.fullmatch(r"hue-([0-9]|[12][0-9]|3[0-5])?0", hue("Jörg Brinkmann"))


@pytest.mark.parametrize(
    ("ago", "stop", "line", "short", "words"),
    [
        ({"hours": 1}, "10:02 Today", "Today 10:02", "10:02", "today 10:02"),
        ({"hours": 20}, "15:02 Yesterday", "Mon 15:02", "Mon", "yesterday 15:02"),
        ({"days": 4}, "11:02 Fri 20 Nov", "Fri 11:02", "Fri", "Fri 20 Nov 11:02"),
        ({"days": 12}, "11:02 Thu 12 Nov", "12 Nov", "12 Nov", "Thu 12 Nov 11:02"),
        ({"days": 700}, "11:02 24 Dec 2024", "24 Dec 2024", "24 Dec 2024", "24 Dec 2024 11:02"),
    ],
)
def test_a_moment_is_said_as_short_as_it_is_young(ago: dict[str, int], stop: str, line: str, short: str, words: str):
    at = (NOW - datetime.timedelta(**ago)).astimezone(datetime.UTC)
    said = [re.sub(r"<[^>]+>", "", when(at, form)) for form in ("stop", "line", "short", "words")]

    assert said == [stop, line, short, words]


def test_a_kept_fragment_never_says_today():
    html = when(NOW, "stop", relative=False)

    assert "24 Nov 2026" in html
    assert 'datetime="2026-11-24T11:02+01:00"' in html
    assert 'title="Tuesday, 24 November 2026, 11:02 CET"' in html


def test_icons_are_in_the_sprite():
    assert icon("reply").startswith('<svg class="ico" aria-hidden="true"><use href="/static/web/icons')


def test_the_gallery_shows_every_part_in_development_only(settings):
    settings.DEBUG = True
    assert "Every part in every state" in gallery(RequestFactory().get("/design")).content.decode()

    settings.DEBUG = False
    with pytest.raises(Http404):
        gallery(RequestFactory().get("/design"))


@pytest.mark.parametrize("page", ["404", "403", "413", "500", "refused"])
def test_a_failure_is_said_without_asking_the_database(page: str):
    html = render_to_string(f"web/{page}.html", {"message": "You can’t post in this topic."})

    assert "<h1>" in html
    assert "Folkmoot is free software (Apache-2.0)" in html
