"""Finding a town and what is near, in Chromium: by keys, from where the browser is, and without scripts."""

import pytest
from playwright.sync_api import expect

from folkmoot.accounts.models import OPERATOR
from folkmoot.meetings.models import Venue
from folkmoot.meetings.operations import add_venue
from tests import make
from tests.test_pages_in_a_browser import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def group(live_server):
    group = make.group(make.person("Ann"), owner=make.person("Olga"), time_zone="Europe/Berlin")
    hall = add_venue(group, name="Hall", latitude=51.457, longitude=7.012, by=OPERATOR, via="test")
    make.meeting(group, title="In Essen", venue=hall, room="")
    return group


def test_a_town_is_chosen_by_keys_and_what_is_near_it_is_shown(page, group):
    page.goto("/meetings")
    field = page.get_by_label("Near a town")
    field.press_sequentially("Boch")
    expect(page.get_by_role("option").first).to_contain_text("Bochum, DE")
    assert field.get_attribute("aria-expanded") == "true"
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("Bochum")
    field.press("Enter")

    expect(page.get_by_role("main")).to_contain_text("Within 50 km of Bochum")
    expect(page.get_by_role("main")).to_contain_text("14 km")


def test_the_browser_s_position_leaves_it_rounded(page, context, group):
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": 51.4812, "longitude": 7.2189})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/g/tarn/meetings")
    page.get_by_text("Near a place").click()
    page.get_by_label("Within").select_option("25")
    page.get_by_role("button", name="Near me").click()

    expect(page.get_by_role("main")).to_contain_text("Within 25 km of you, near Bochum")
    assert any("at=51.5%2C7.2" in url for url in asked)
    assert not any("51.48" in url or "7.21" in url for url in asked)


def test_who_does_not_say_where_they_are_is_told_what_else_there_is(page, context, group):
    context.clear_permissions()
    page.goto("/meetings")
    page.evaluate("() => { navigator.geolocation.getCurrentPosition = (_yes, no) => no({ code: 1 }); }")
    page.get_by_role("button", name="Near me").click()

    expect(page.locator("near-me [role=status]")).to_have_text(
        "Your browser did not say where you are. Name a town instead."
    )


def test_the_town_of_a_place_fills_in_where_it_is(page, context, live_server, group):
    sign_in(context, live_server, group.memberships.get(person__name="Olga").person)
    page.goto("/g/tarn/manage/venues")
    page.get_by_label("What it is called").fill("Barn")
    field = page.get_by_role("combobox", name="Town")
    field.press_sequentially("Münst")
    page.get_by_role("option").filter(has_text="Berlin time").first.click()
    expect(page.get_by_label("Country")).to_have_value("DE")
    page.get_by_label("What it is called").press("Enter")

    expect(page.get_by_role("main")).to_contain_text("Barn")
    made = Venue.objects.get(name="Barn")
    assert (made.city, made.country, round(made.latitude), round(made.longitude)) == ("Münster", "DE", 52, 8)


def test_without_scripts_a_town_is_looked_for_and_chosen_from_a_list(chromium, live_server, group):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    sign_in(context, live_server, group.memberships.get(person__name="Olga").person)
    page = context.new_page()
    page.goto("/g/tarn/manage/venues")
    page.get_by_label("What it is called").fill("Barn")
    page.get_by_label("Town").fill("Springfield")
    page.get_by_role("button", name="Find the town").click()
    page.locator("#towns button").nth(1).click()
    expect(page.get_by_label("Country")).to_have_value("US")
    expect(page.get_by_label("What it is called")).to_have_value("Barn")
    page.get_by_label("What it is called").press("Enter")

    expect(page.get_by_role("main")).to_contain_text("It is in the address book.")
    assert Venue.objects.get(name="Barn").latitude
    page.goto("/meetings")
    assert page.get_by_role("button", name="Near me").count() == 0
    page.get_by_label("Near a town").fill("Bochum")
    page.get_by_label("Near a town").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Within 50 km of Bochum")
    context.close()
