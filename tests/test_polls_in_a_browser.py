"""Polls and dates in Chromium: votes from a conversation, at a desk and on a phone, light and dark."""

import pytest
from playwright.sync_api import expect

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.operations import close_poll, vote
from folkmoot.groups.operations import grant_role
from folkmoot.meetings import answers_to_dates
from folkmoot.meetings.operations import answer_dates
from tests import make
from tests.test_pages_in_a_browser import sign_in, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def ann(context, live_server):
    ann = make.person("Ann")
    sign_in(context, live_server, ann)
    return ann


@pytest.fixture
def tarn(ann):
    bob = make.person("Bob")
    group = make.group(ann, bob, name="Tarn Users")
    grant_role(group.memberships.get(person=ann), role=group.roles.get(key="organiser"), by=OPERATOR, via="test")
    group.bob = bob
    return group


def test_a_vote_in_a_conversation_is_pressed_and_reactions_go_on(page, tarn, ann):
    poll = make.poll(tarn, author=tarn.bob)
    page.goto(poll.post.topic.get_absolute_url())

    page.get_by_role("button", name="Tuesday").click()
    expect(page.get_by_text("Your vote is counted.")).to_be_visible()
    page.goto(poll.post.topic.get_absolute_url())

    expect(page.get_by_role("button", name="Tuesday")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Monday")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Thank you").click()
    expect(page.get_by_role("button", name="Thank you")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Tuesday")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page, tarn, ann, width, scheme):
    poll, ranked = make.poll(tarn, author=tarn.bob), make.poll(tarn, author=ann, kind="ranked")
    vote(poll, [2], person=ann, via="web")
    vote(ranked, [2, 1], person=ann, via="web")
    vote(ranked, [1], person=tarn.bob, via="web")
    close_poll(ranked, by=ann, via="web")
    dates = make.dates(tarn)
    for one in (ann, tarn.bob):
        answers = {choice.pk: "if" for choice in answers_to_dates.in_order(dates)}
        answer_dates(dates, answers, person=one, via="web")
    series = make.series(tarn)
    addresses = [poll.post.topic, ranked.post.topic, poll, ranked, dates]
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)

    for address in [
        *(one.get_absolute_url() for one in addresses),
        "/g/tarn/polls/new",
        f"/topics/{poll.post.topic_id}/poll/new",
        "/g/tarn/dates",
        "/g/tarn/dates/new",
        f"/dates/{dates.pk}/change",
        f"/series/{series.pk}/rotation",
    ]:
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
