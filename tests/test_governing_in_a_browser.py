"""Founding a group, and handing over what one looks after, in Chromium by keyboard alone; with scripts and without."""

import pytest
from django.utils.timezone import localdate, timedelta
from playwright.sync_api import expect

from folkmoot.doors.mail.tests.at_the_door import gone_out, text
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, HistoryEntry, Responsibility
from tests import make
from tests.test_journeys_in_a_browser import context, has_scripts, page  # noqa: F401 - fixtures
from tests.test_pages_in_a_browser import press, sign_in, tab_to, write

pytestmark = pytest.mark.browser

TWENTY = [f"guest{number}@example.net" for number in range(20)]


@pytest.fixture
def olga(live_server, tmp_path, settings):
    settings.FILES, settings.OUTGOING = tmp_path / "files", tmp_path / "outgoing"
    return make.person("Olga")


def test_a_founder_has_a_group_and_twenty_invitations_in_one_go(context, page, live_server, olga):  # noqa: F811
    sign_in(context, live_server, olga)

    page.goto("/groups")
    press(page, "Start a group")
    write(page, "Name of the group", "Tarn Users Berlin")
    press(page, "Found the group")
    expect(page.get_by_role("heading", level=1).first).to_contain_text("Tarn Users Berlin")
    press(page, "Manage")
    tab_to(page, "Members")  # of the group's pages; the next one is of those that manage it
    press(page, "Members")
    write(page, "Addresses, one a line", "\n".join(TWENTY))
    press(page, "Send")
    expect(page.locator(".notices")).to_contain_text("20 invitations are on their way")

    group = Group.objects.get(name="Tarn Users Berlin")
    assert [one.person for one in group.memberships.all()] == [olga]
    letters = [copy for copy in gone_out() if copy.recipient in TWENTY]
    assert sorted(copy.recipient for copy in letters) == sorted(TWENTY)
    assert all(b"Tarn Users Berlin" in text(copy) for copy in letters)


def test_who_looks_after_something_hands_it_over_and_has_its_rights_no_longer(context, page, live_server, olga):  # noqa: F811
    ann, bob = make.person("Ann"), make.person("Bob")
    group = make.group(ann, bob, owner=olga, name="Tarn Users")
    sign_in(context, live_server, olga)

    page.goto("/g/tarn/manage/duties")
    write(page, "Name", "Caretaker")
    write(page, "Shared mail address", "caretaker")
    tab_to(page, "Role that comes with it")
    page.keyboard.type("Moderator")
    press(page, "Add it")
    tab_to(page, "Save")  # of the notes: what follows is who has it
    write(page, "Who", "ann")
    write(page, "Deputy", "bob")
    tab_to(page, "Until")
    page.keyboard.type(f"{localdate() + timedelta(days=29):%m%d%Y}")
    press(page, "Save")
    expect(page.get_by_role("main")).to_contain_text("Ann looks after it.")
    expect(page.get_by_role("main")).to_contain_text("Bob is the deputy.")
    duty = Responsibility.objects.get()
    assert holds(ann, "people.sanction", group)

    context.clear_cookies()
    sign_in(context, live_server, ann)
    page.goto(f"/duties/{duty.pk}")
    write(page, "Who", "bob")
    press(page, "Ask them")
    expect(page.get_by_role("main")).to_contain_text("Bob is asked to take over")

    context.clear_cookies()
    sign_in(context, live_server, bob)
    page.goto(f"/duties/{duty.pk}/answer")
    press(page, "Yes, I take it over")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Caretaker is yours now")

    assert (holds(ann, "people.sanction", group), holds(bob, "people.sanction", group)) == (False, True)
    assert group.memberships.current().filter(person=ann).exists()
    told = HistoryEntry.objects.filter(group=group, kind__startswith="duty.").values_list("kind", flat=True)
    assert {"duty.made", "duty.given", "duty.asked"} <= set(told)
