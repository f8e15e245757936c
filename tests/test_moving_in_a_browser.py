"""A group comes over from an old place, in Chromium: on a phone and at a desk, with scripts and without."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils.timezone import now
from playwright.sync_api import expect

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.doors.mail.tests.at_the_door import gone_out, text
from folkmoot.groups.models import Role
from folkmoot.groups.operations import allow
from folkmoot.meetings.models import Meeting
from tests import make
from tests.browser import is_local
from tests.test_pages_in_a_browser import press, sign_in, tab_to, violations, write

pytestmark = pytest.mark.browser

WAYS = [(width, has_scripts) for width in (390, 1280) for has_scripts in (True, False)]


@pytest.fixture(params=WAYS, ids=lambda way: f"{way[0]} wide, {'with' if way[1] else 'without'} scripts")
def context(request, chromium, live_server, tmp_path, settings):
    settings.FILES, settings.OUTGOING = tmp_path / "files", tmp_path / "outgoing"
    cache.clear()
    width, has_scripts = request.param
    size = {"width": width, "height": 800}
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=has_scripts, viewport=size)
    context.set_default_timeout(15_000)
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    context.has_scripts = has_scripts
    yield context
    context.close()
    assert [address for address in asked if not is_local(address)] == []


@pytest.fixture
def olga(live_server):
    return make.person("Olga")


def a_month_ago():
    return now() - timedelta(days=30)


def past_meetings():
    row = "Tarn evening,{at:%Y-%m-%d}T19:00,Old barn,Bochum,{going},https://meetup.example/tarn/events/{number}/\n"
    days = ((a_month_ago(), 14, 30), (a_month_ago() - timedelta(days=31), 9, 29))
    return "title,start,venue,city,going,eventUrl\n" + "".join(
        row.format(at=at, going=going, number=number) for at, going, number in days
    )


def looks_right(context, page):
    if context.has_scripts:  # which axe is one of
        assert violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


@pytest.mark.timeout(600)
def test_a_group_comes_over_with_its_past_and_its_people(context, live_server, olga):
    group = make.group(make.person("Ann"), owner=olga, name="Tarn Users", joining="approval")
    role = group.roles.get(key=Role.BuiltIn.SIGNED_IN)
    allow(role, permission="meetings.answer", by=OPERATOR, via="test")
    desk = context.new_page()
    sign_in(context, live_server, olga)

    brings_the_past(context, desk)
    address = opens_the_page(context, desk)
    context.clear_cookies()
    meeting = make.meeting(group, title="First evening here")
    joins(context, context.new_page(), address)
    answers_without_an_account(context.new_page(), meeting)

    sign_in(context, live_server, olga)
    desk.goto("/g/tarn/manage/joining/over")
    expect(desk.locator(".over__sum")).to_have_text("2 of 610 reached, 2 joined")
    assert {one.person.name for one in meeting.rsvps.all()} == {"Zoe Zeal", "Gus Guest"}
    assert not OutgoingLetter.objects.filter(recipient__in=["yan@example.net", "ann@example.org"]).exists()


def brings_the_past(context, page):
    page.goto("/g/tarn/meetings")
    press(page, "Bring meetings")
    looks_right(context, page)
    page.get_by_label("Or paste it here").fill(past_meetings())
    press(page, "Show what would happen")
    expect(page.get_by_role("main")).to_contain_text("2 meetings are new")
    assert not Meeting.objects.exists()
    press(page, "Bring them along")
    expect(page.get_by_role("main")).to_contain_text("Done.")

    press(page, "Bring who came to them")
    looks_right(context, page)
    page.get_by_label("Which meeting?").select_option(str(Meeting.objects.in_order()[1].pk))
    came = "Name,Email\nAnn,ann@example.org\nYan,yan@example.net\n"
    page.get_by_label("A file").set_input_files({"name": "came.csv", "mimeType": "text/csv", "buffer": came.encode()})
    press(page, "Show what would happen")
    looks_right(context, page)
    press(page, "Bring 2 people along")
    expect(page.get_by_role("main")).to_contain_text("Done.")
    press(page, "Attendance")
    looks_right(context, page)
    expect(page.get_by_role("row").nth(2)).to_contain_text("counted elsewhere")


def opens_the_page(context, page):
    page.goto("/g/tarn/manage/joining/links")
    press(page, "Coming over")
    looks_right(context, page)
    write(page, "What is the old place called?", "Meetup")
    write(page, "Address of your group there", "https://meetup.example/tarn")
    write(page, "How many members are there?", "610")
    press(page, "Open the page")
    looks_right(context, page)
    address = page.locator(".over__address a").get_attribute("href")
    press(page, "Poster to print")
    looks_right(context, page)
    expect(page.get_by_role("img", name="The way to the page")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("Print this page")).to_be_hidden()
    page.emulate_media(media="screen")
    page.goto("/g/tarn/manage/members/import")
    page.get_by_label("Or paste them here").fill("ann@example.org")
    page.get_by_label("They have agreed").check()
    page.get_by_label("Write to those").uncheck()
    press(page, "Show what would happen")
    press(page, "Do it for 1 row")
    expect(page.get_by_role("main")).to_contain_text("Done.")
    return re.sub(r"https?://[^/]+", "", address)


def joins(context, page, address):
    """A name, an address, one click in the letter; then the next meeting at once."""
    page.goto(address)
    looks_right(context, page)
    expect(page.get_by_role("main")).to_contain_text("First evening here")
    write(page, "Your name", "Zoe Zeal")
    write(page, "Your mail address", "zoe@example.net")
    press(page, "Join")
    expect(page.get_by_role("status")).to_contain_text("zoe@example.net")
    page.goto(link_in_letter("zoe@example.net", "/mail/over/"))
    looks_right(context, page)
    press(page, "Yes, I join")
    expect(page.get_by_role("main")).to_contain_text("You are a member.")
    looks_right(context, page)
    press(page, "Say whether you come")
    page.locator("button[value=yes]").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Your answer: Yes.")


def answers_without_an_account(page, meeting):
    page.goto(meeting.get_absolute_url())
    press(page, "without an account")
    tab_to(page, "name")
    page.keyboard.type("Gus Guest")
    tab_to(page, "address")
    page.keyboard.type("gus@example.net")
    press(page, "I come")
    page.goto(link_in_letter("gus@example.net", "/mail/come/"))
    press(page, "Yes, I come")
    assert meeting.rsvps.filter(person=Person.objects.at("gus@example.net"), answer="yes").exists()


def link_in_letter(recipient, part):
    letter = next(copy for copy in reversed(gone_out()) if copy.recipient == recipient)
    return re.search(rf"http\S+({part}\S+)", text(letter).decode())[1]
