from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.meetings.models import Meeting, Point, Proposal
from folkmoot.meetings.operations import publish
from folkmoot.meetings.operations.agenda import add_item, schedule
from folkmoot.meetings.operations.proposing import propose, want, withdraw_proposal
from tests import make

pytestmark = pytest.mark.django_db
BY = {"by": OPERATOR, "via": "test"}


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.FILES = tmp_path / "files"


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def group(ann):
    return make.group(ann, make.person("Bob"))


def text(answer):
    return answer.content.decode()


def olga(group):
    return group.memberships.get(person__name="Olga").person


def test_talks_stand_in_the_order_of_interest_then_those_of_meetings(client, group, ann):
    bob = group.memberships.get(person__name="Bob").person
    for title in ("Looms", "Reeds", "Dyes"):
        propose(group, title=title, by=ann, via="web")
    want(Proposal.objects.get(title="Reeds"), person=bob, via="web")
    schedule(Proposal.objects.get(title="Dyes"), meeting=make.meeting(group), **BY)

    page = text(client.get("/g/tarn/talks"))

    assert page.index("Reeds") < page.index("Looms") < page.index("At meetings") < page.index("Dyes")


def test_an_empty_list_of_talks_says_what_would_be_here(client, group):
    assert "No talk waits" in text(client.get("/g/tarn/talks"))


def test_a_list_of_many_talks_asks_no_more_than_one_of_few(client, group, ann, django_assert_max_num_queries):
    for number in range(5):
        propose(group, title=f"Talk {number}", by=ann, via="web")
    client.force_login(ann)

    with django_assert_max_num_queries(25):
        client.get("/g/tarn/talks")


@pytest.mark.parametrize(
    ("sent", "speaker"),
    [
        ({"who": "me"}, "Ann"),
        ({"who": "member", "handle": "@bob"}, "Bob"),
        ({"who": "guest", "speaker_name": "Zoe", "speaker_address": "zoe@example.org"}, "Zoe"),
    ],
)
def test_a_member_proposes_a_talk_for_whoever_speaks(client, group, ann, sent, speaker):
    client.force_login(ann)

    answer = client.post("/g/tarn/talks/new", {"title": "Looms", "minutes": 20, **sent}, follow=True)

    assert Proposal.objects.get().speaker_says == speaker
    assert speaker in text(answer)
    assert "zoe@example.org" not in text(client.get("/g/tarn/talks"))


@pytest.mark.parametrize(
    "sent", [{"title": ""}, {"minutes": 0}, {"who": "member", "handle": "nobody"}, {"who": "guest"}]
)
def test_what_is_missing_is_named_and_what_was_written_stays(client, group, ann, sent):
    client.force_login(ann)

    answer = client.post("/g/tarn/talks/new", {"title": "Looms", "minutes": 20, "abstract": "My words."} | sent)

    assert answer.status_code == 422
    assert "My words." in text(answer)
    assert not Proposal.objects.exists()


def test_a_talk_is_read_changed_taken_back_and_offered_again(client, group, ann):
    talk = propose(group, title="Looms", abstract="**Old** ones", by=ann, via="web")
    client.force_login(ann)
    assert "<strong>Old</strong>" in text(client.get(f"/talks/{talk.pk}"))

    client.post(f"/talks/{talk.pk}", {"title": "Old looms", "minutes": 20, "who": "me"})
    client.post(f"/talks/{talk.pk}/withdraw")
    client.logout()
    assert client.get(f"/talks/{talk.pk}").status_code == 404
    client.force_login(ann)
    client.post(f"/talks/{talk.pk}/withdraw/remove")

    talk.refresh_from_db()
    assert (talk.title, talk.minutes, talk.withdrawn_at) == ("Old looms", 20, None)


def test_an_organiser_who_changes_a_talk_does_not_become_its_speaker(client, group, ann):
    talk = propose(group, title="Looms", by=ann, via="web")
    client.force_login(olga(group))

    client.post(f"/talks/{talk.pk}", {"title": "Looms!", "minutes": 20, "who": "me"})

    talk.refresh_from_db()
    assert (talk.title, talk.speaker) == ("Looms!", ann)


def test_interest_is_said_and_unsaid_by_one_button(client, group, ann):
    talk = propose(group, title="Looms", by=ann, via="web")
    client.force_login(ann)

    client.post(f"/talks/{talk.pk}/interest", {"list": 1})
    assert 'aria-pressed="true"' in text(client.get("/g/tarn/talks"))
    client.post(f"/talks/{talk.pk}/interest/remove")

    assert not talk.interests.exists()


def test_an_organiser_puts_an_agenda_together(client, group, ann):
    meeting, talk = make.meeting(group), propose(group, title="Looms", minutes=40, by=ann, via="web")
    earlier = make.meeting(group, starts_in=timedelta(days=-7))
    point = Point.objects.create(group=group, meeting=earlier, sort="question", words="Who has the key?")
    client.force_login(olga(group))
    address = f"/meetings/{meeting.pk}/agenda"
    assert "Who has the key?" in text(client.get(address))

    client.post(address, {"title": "Welcome", "minutes": 10})
    client.post(address, {"point": point.pk})
    client.post(address, {"talk": talk.pk})
    welcome, key, looms = meeting.agenda.in_order()
    client.post(f"/agenda/{looms.pk}/move", {"position": 1})
    client.post(f"/agenda/{key.pk}", {"title": "The key", "minutes": 5, "recording": "video.example/1"})
    client.post(f"/agenda/{welcome.pk}/remove")

    assert list(meeting.agenda.in_order().values_list("title", "minutes")) == [("Looms", 40), ("The key", 5)]
    page = text(client.get(address))
    assert "has not said yes yet" in page
    assert "From last time" not in page


def test_all_who_see_the_meeting_read_its_agenda_with_times_in_its_zone(client, group, ann):
    meeting = make.meeting(group)
    add_item(meeting, title="Welcome", minutes=15, **BY)
    schedule(propose(group, title="Looms", by=ann, via="web"), meeting=meeting, **BY)

    page = text(client.get(f"/meetings/{meeting.pk}/agenda"))

    assert f">{meeting.starts:%H:%M}<" in page
    assert f">{meeting.starts + timedelta(minutes=15):%H:%M}<" in page
    assert "has not said yes" not in page
    assert "Add something" not in page


def test_a_draft_s_agenda_is_for_organisers(client, group, ann):
    draft = make.meeting(group, is_draft=True)
    client.force_login(ann)
    assert client.get(f"/meetings/{draft.pk}/agenda").status_code == 404

    client.force_login(olga(group))
    assert client.get(f"/meetings/{draft.pk}/agenda").status_code == 200


def test_a_speaker_says_yes_and_brings_slides_that_readers_of_the_agenda_get(client, group, ann):
    meeting = make.meeting(group)
    item = schedule(propose(group, title="Looms", by=ann, via="web"), meeting=meeting, **BY)
    client.force_login(ann)

    client.post(f"/agenda/{item.pk}/confirm")
    client.post(f"/agenda/{item.pk}/slides", {"slides": SimpleUploadedFile("looms.pdf", b"%PDF-1.7 looms")})
    client.logout()
    answer = client.get(f"/agenda/{item.pk}/slides")

    assert b"".join(answer.streaming_content) == b"%PDF-1.7 looms"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="looms.pdf"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    Meeting.objects.filter(pk=meeting.pk).update(published_at=None)
    assert client.get(f"/agenda/{item.pk}/slides").status_code == 404


def test_a_talk_that_was_taken_back_stands_in_no_list(client, group, ann):
    withdraw_proposal(propose(group, title="Looms", by=ann, via="web"), by=ann, via="web")
    client.force_login(ann)

    assert "Looms" not in text(client.get("/g/tarn/talks"))
    assert now() > Proposal.objects.get().withdrawn_at


def test_a_talk_tells_of_a_draft_to_nobody_but_those_who_organise(client, group, ann):
    talk = propose(group, title="Looms", by=ann, via="web")
    draft = make.meeting(group, title="Secret gathering", is_draft=True)
    schedule(talk, meeting=draft, **BY)

    stranger = text(client.get(f"/talks/{talk.pk}"))
    client.force_login(ann)
    proposer = text(client.get(f"/talks/{talk.pk}"))
    client.force_login(olga(group))
    organiser = text(client.get(f"/talks/{talk.pk}"))
    publish(draft, **BY)
    client.force_login(ann)
    published = text(client.get(f"/talks/{talk.pk}"))

    seen = ["Secret gathering" in page for page in (stranger, proposer, organiser, published)]
    assert seen == [False, False, True, True]
