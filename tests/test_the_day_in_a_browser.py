"""Meetings in Chromium: two doors without a network check people in, and nobody is lost; an agenda is put in order."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from folkmoot.accounts.models import OPERATOR
from folkmoot.meetings.models import Attendance
from folkmoot.meetings.operations import answer
from folkmoot.meetings.operations.agenda import add_item
from folkmoot.meetings.tickets import ticket
from tests import make
from tests.test_pages_in_a_browser import sign_in

pytestmark = pytest.mark.browser
NAMES = ("Ann", "Bob", "Cem")


@pytest.fixture
def meeting(live_server):
    people = [make.person(name) for name in NAMES]
    meeting = make.meeting(make.group(*people), starts_in=timedelta(minutes=-10))
    for person in people:
        answer(meeting, person=person, answer="yes", by=OPERATOR, via="test")
    return meeting


def check_in(page, name):
    page.get_by_role("button", name=f"Check in {name}").click()


def came():
    return sorted(row.person.name if row.person else row.name for row in Attendance.objects.select_related("person"))


def test_two_doors_without_a_network_lose_nobody(context, page, live_server, meeting, chromium):
    olga = meeting.group.memberships.get(person__name="Olga").person
    other = chromium.new_context(base_url=live_server.url)
    for one in (context, other):
        sign_in(one, live_server, olga)
    second = other.new_page()
    for door in (page, second):
        door.goto(f"/meetings/{meeting.pk}/door")
        expect(door.locator("door-list[is-kept]")).to_have_count(1)
    context.set_offline(True)
    other.set_offline(True)

    check_in(page, "Ann")
    page.get_by_label("Code of a ticket").fill(ticket(meeting, meeting.rsvps.get(person__name="Bob").person_id))
    page.locator(".door__code .btn").first.click()
    page.get_by_label("Name", exact=True).fill("Zoe")
    page.get_by_role("button", name="Note them").click()
    check_in(second, "Ann")
    check_in(second, "Cem")
    expect(page.get_by_role("status").first).to_contain_text("3")
    assert came() == []
    page.reload()  # the page itself is kept too
    expect(page.locator(".is-here")).to_have_count(3)

    context.set_offline(False)
    other.set_offline(False)
    for door in (page, second):
        expect(door.locator("[data-status]")).to_be_hidden(timeout=25_000)

    assert came() == ["Ann", "Bob", "Cem", "Zoe"]
    second.reload()
    expect(second.locator(".is-here")).to_have_count(4)
    other.close()


def test_an_item_is_dragged_to_its_place(context, page, live_server, meeting):
    for title in ("Welcome", "Looms", "Reeds"):
        add_item(meeting, title=title, by=OPERATOR, via="test")
    sign_in(context, live_server, meeting.group.memberships.get(person__name="Olga").person)
    page.goto(f"/meetings/{meeting.pk}/agenda")
    items = page.locator("li[data-move]")
    expect(items.first).to_have_attribute("draggable", "true")
    first, last = items.first.bounding_box(), items.last.bounding_box()

    page.mouse.move(first["x"] + 20, first["y"] + 20)
    page.mouse.down()
    page.mouse.move(last["x"] + 20, last["y"] + last["height"] - 8, steps=10)
    page.mouse.move(last["x"] + 22, last["y"] + last["height"] - 6, steps=3)
    with page.expect_navigation():
        page.mouse.up()

    expect(items.last).to_contain_text("Welcome")
    assert list(meeting.agenda.in_order().values_list("title", flat=True)) == ["Looms", "Reeds", "Welcome"]
