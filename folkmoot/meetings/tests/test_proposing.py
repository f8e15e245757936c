import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.models import HistoryEntry
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings.models import Interest, Proposal
from folkmoot.meetings.operations.agenda import schedule
from folkmoot.meetings.operations.proposing import (
    MOST_OPEN,
    change_proposal,
    propose,
    put_proposal_back,
    want,
    want_no_more,
    withdraw_proposal,
)
from folkmoot.outbox.models import Event
from tests import make

pytestmark = pytest.mark.django_db


def told(kind):
    return Event.objects.filter(kind=kind).count()


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def group(ann):
    return make.group(ann, make.person("Bob"))


def test_whoever_proposes_a_talk_speaks_unless_somebody_else_is_named(group, ann):
    bob = group.memberships.get(person__name="Bob").person

    own = propose(group, title=" Looms\n", by=ann, via="web")
    other = propose(group, title="Reeds", speaker=bob, by=ann, via="web")
    guest = propose(group, title="Dyes", speaker_name="Zoe", speaker_address="Zoe@Example.org", by=ann, via="web")

    assert [one.speaker_says for one in (own, other, guest)] == ["Ann", "Bob", "Zoe"]
    assert (own.title, guest.speaker, guest.speaker_address) == ("Looms", None, "zoe@example.org")
    assert told("proposal.made") == 3


def test_the_same_talk_twice_is_once(group, ann):
    first, again = (propose(group, title="Looms", by=ann, via="web") for _ in "ab")

    assert first == again
    assert told("proposal.made") == 1


def test_a_stranger_proposes_nothing(group):
    with pytest.raises(NotAllowed):
        propose(group, title="Looms", by=make.person("Eve"), via="web")

    assert not Proposal.objects.exists()
    assert not told("proposal.made")


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " \n"},
        {"minutes": 0},
        {"minutes": 5000},
        {"abstract": "x" * 5001},
        {"speaker_name": "Zoe", "speaker_address": "nowhere"},
    ],
)
def test_what_can_not_be_kept_is_refused_with_words(group, ann, wrong):
    with pytest.raises(Refused):
        propose(group, by=ann, via="web", **({"title": "Looms"} | wrong))

    assert not Proposal.objects.exists()


def test_who_is_no_member_can_not_be_named_as_one(group, ann):
    with pytest.raises(Refused):
        propose(group, title="Looms", speaker=make.person("Eve"), by=ann, via="web")


def test_somebody_has_so_many_open_proposals_and_no_more(group, ann):
    Proposal.objects.bulk_create(Proposal(group=group, title=f"T{n}", by=ann, speaker=ann) for n in range(MOST_OPEN))

    with pytest.raises(Refused):
        propose(group, title="One more", by=ann, via="web")


def test_a_talk_that_is_changed_says_the_same_on_the_agenda(group, ann):
    talk = propose(group, title="Looms", by=ann, via="web")
    item = schedule(talk, meeting=make.meeting(group), by=OPERATOR, via="web")

    change_proposal(talk, title="Old looms", minutes=45, by=ann, via="web")

    item.refresh_from_db()
    assert (item.title, item.minutes) == ("Old looms", 45)
    assert Event.objects.get(kind="proposal.changed").data == {"fields": ["minutes", "title"]}


def test_another_members_talk_is_not_theirs_to_change(group, ann):
    bob = group.memberships.get(person__name="Bob").person
    talk = propose(group, title="Looms", by=ann, via="web")

    for act in (
        lambda: change_proposal(talk, title="Mine", by=bob, via="web"),
        lambda: withdraw_proposal(talk, by=bob, via="web"),
        lambda: put_proposal_back(talk, by=bob, via="web"),
    ):
        with pytest.raises(NotAllowed):
            act()

    talk.refresh_from_db()
    assert (talk.title, talk.withdrawn_at) == ("Looms", None)
    assert {event.kind for event in Event.objects.filter(kind__startswith="proposal.")} == {"proposal.made"}


def test_a_talk_is_taken_back_with_its_place_on_the_agenda_and_put_back(group, ann):
    talk, meeting = propose(group, title="Looms", by=ann, via="web"), make.meeting(group)
    schedule(talk, meeting=meeting, by=OPERATOR, via="web")

    withdrawn = withdraw_proposal(talk, by=ann, via="web")
    assert withdrawn.withdrawn_at
    assert not meeting.agenda.exists()
    assert not Proposal.objects.open().exists()

    put_proposal_back(talk, by=ann, via="web")
    assert list(Proposal.objects.open()) == [talk]
    assert (told("proposal.withdrawn"), told("talk.taken_off"), told("proposal.put_back")) == (1, 1, 1)
    assert HistoryEntry.objects.filter(kind="proposal.withdrawn", facts__proposal=talk.pk).exists()


def test_members_say_what_they_would_like_to_hear(group, ann):
    bob = group.memberships.get(person__name="Bob").person
    talk = propose(group, title="Looms", by=ann, via="web")

    for _ in "ab":
        want(talk, person=bob, via="web")
    assert talk.interests.count() == 1
    for _ in "ab":
        want_no_more(talk, person=bob, via="web")

    assert not talk.interests.exists()
    assert (told("proposal.wanted"), told("proposal.unwanted")) == (1, 1)


def test_a_stranger_wants_nothing_and_nobody_wants_what_was_taken_back(group, ann):
    talk = propose(group, title="Looms", by=ann, via="web")
    eve = make.person("Eve")
    for act in (want, want_no_more):
        with pytest.raises(NotAllowed):
            act(talk, person=eve, via="web")

    gone = withdraw_proposal(talk, by=ann, via="web")
    with pytest.raises(Refused):
        want(gone, person=ann, via="web")

    assert not Interest.objects.exists()
    assert not told("proposal.wanted")
