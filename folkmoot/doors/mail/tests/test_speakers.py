"""Speakers who have no account: asked by one letter, told what they want to hear, and left alone."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import enrol, erase
from folkmoot.doors.mail import speakers, sweeping, tokens
from folkmoot.doors.mail.models import OutgoingLetter, Speaking, Stop
from folkmoot.doors.mail.tests.meeting_mail import carry, letters, plan
from folkmoot.meetings.models import Proposal
from folkmoot.meetings.operations import cancel, change_meeting, publish, uncancel
from folkmoot.meetings.operations.agenda import schedule, take_off
from folkmoot.meetings.operations.proposing import change_proposal, propose
from folkmoot.outbox.models import Event
from tests import make

BY = {"by": OPERATOR, "via": "test"}
ZOE = "zoe@elsewhere.example"


@pytest.fixture
def tarn(db):
    return make.group()


@pytest.fixture
def meeting(tarn):
    made = plan(tarn, OPERATOR)
    letters()
    return made


def talk(group, title="Looms", by=OPERATOR, address=ZOE):
    return propose(group, title=title, by=by, via="test", speaker_name="Zoe", speaker_address=address)


def heard(address=ZOE):
    """What goes to the speaker now: subjects and texts."""
    carry()
    mine = [message for to, message in letters() if to == address]
    return [(one["Subject"], one.get_body(("plain",)).get_content()) for one in mine]


def page():
    return f"/mail/speaking/{tokens.speaking_token(Speaking.objects.get().pk)}"


def test_a_named_speaker_is_asked_once_and_hears_nothing_more_until_they_agree(tarn, meeting):
    schedule(talk(tarn), meeting=meeting, **BY)

    [(subject, text)] = heard()
    assert subject == "You are named as a speaker: Looms"
    assert page() in text

    schedule(talk(tarn, "Dyes"), meeting=meeting, **BY)
    change_meeting(meeting, room="Library", **BY)
    cancel(meeting, **BY)
    assert heard() == []


def test_who_agrees_hears_of_each_turn_of_their_talk_and_stops_it(client, tarn, meeting):
    offered = talk(tarn)
    schedule(offered, meeting=meeting, **BY)
    heard()
    assert "Looms" in client.get(page()).content.decode()
    assert Speaking.objects.get().agreed_at is None  # looking at it changes nothing
    assert client.post(page(), {"wants": "yes"}).status_code == 302

    told = []
    change_meeting(meeting, seats=9, **BY)
    told += heard()
    change_meeting(meeting, room="Library", **BY)
    told += heard()
    cancel(meeting, why="Snow", **BY)
    told += heard()
    uncancel(meeting, **BY)
    told += heard()
    take_off(offered, **BY)
    told += heard()
    schedule(offered, meeting=meeting, **BY)
    told += heard()

    assert [subject for subject, _text in told] == [
        "At another time or place: Looms",
        "Called off, and your talk with it: Looms",
        "Takes place after all, with your talk: Looms",
        "Your talk is not on the agenda any more: Looms",
        "Your talk is on the agenda: Looms",
    ]
    assert "Library" in told[0][1]
    assert "Snow" in told[1][1]
    client.post(page(), {"wants": "no"})
    cancel(meeting, **BY)
    assert heard() == []
    assert "We write to you no more" in client.get(page()).content.decode()


def test_who_stopped_it_is_asked_by_no_other_group_until_they_want_it_again(tarn, meeting):
    schedule(talk(tarn), meeting=meeting, **BY)
    heard()
    mine = Speaking.objects.get()
    speakers.decide(mine, wants=False)
    other = make.group(slug="other")
    elsewhere = plan(other, OPERATOR)

    schedule(talk(other), meeting=elsewhere, **BY)

    assert heard() == []
    assert Event.objects.filter(kind="speaking.stopped", subject_id=mine.pk).count() == 1
    speakers.decide(mine, wants=True)
    assert Event.objects.filter(kind="speaking.agreed", subject_id=mine.pk).count() == 1
    change_meeting(meeting, room="Library", **BY)
    assert [subject for subject, _text in heard()] == ["At another time or place: Looms"]


def erased(address=ZOE):
    person = Person.objects.at(address) or enrol(name="Zoe", address=address, via="mail")
    erase(person, keep_words=False, by=OPERATOR, via="test")
    carry()
    letters()
    assert Person.objects.get(pk=person.pk).addresses.count() == 0


def test_who_stopped_it_and_was_erased_is_asked_by_nobody_and_their_address_is_nowhere(tarn, meeting):
    schedule(talk(tarn), meeting=meeting, **BY)
    heard()
    speakers.decide(Speaking.objects.get(), wants=False)

    erased()

    assert not Speaking.objects.exists()
    assert Proposal.objects.get().speaker_address == ""
    assert "elsewhere" not in f"{list(Stop.objects.values())} {list(Proposal.objects.values())}"
    for number in range(2):
        schedule(talk(tarn, f"Dyes {number}", address=ZOE.title()), meeting=meeting, **BY)
    assert heard() == []


def test_who_was_erased_without_a_word_about_letters_is_asked_like_anybody(tarn, meeting):
    schedule(talk(tarn), meeting=meeting, **BY)
    heard()

    erased()

    assert not Stop.objects.exists()
    schedule(talk(tarn, "Dyes"), meeting=meeting, **BY)
    assert [subject for subject, _text in heard()] == ["You are named as a speaker: Dyes"]


def test_who_comes_back_and_proposes_themselves_hears_again(tarn, meeting):
    schedule(talk(tarn), meeting=meeting, **BY)
    heard()
    speakers.decide(Speaking.objects.get(), wants=False)
    erased()
    zoe = make.person("Zoe", address=ZOE)
    make.join(tarn, zoe, mail="none")

    schedule(talk(tarn, "Dyes", by=zoe), meeting=meeting, **BY)

    assert [subject for subject, _text in heard()] == ["Your talk is on the agenda: Dyes"]
    speakers.decide(Speaking.objects.get(), wants=True)
    assert not Stop.objects.exists()


def test_who_proposed_it_under_a_proven_address_need_not_be_asked(tarn, meeting):
    ann = make.person("Ann")
    make.join(tarn, ann, mail="none")

    schedule(talk(tarn, by=ann, address="Ann@Example.org"), meeting=meeting, **BY)

    assert [subject for subject, _text in heard("ann@example.org")] == ["Your talk is on the agenda: Looms"]


def test_a_draft_tells_nobody_before_it_is_published(tarn):
    draft = plan(tarn, OPERATOR, is_draft=True)
    schedule(talk(tarn), meeting=draft, **BY)
    assert heard() == []

    publish(draft, **BY)

    assert [subject for subject, _text in heard()] == ["You are named as a speaker: Looms"]


def test_a_speaker_who_is_named_later_is_asked_too_and_one_who_has_an_account_otherwise(tarn, meeting):
    ann = make.person("Ann")
    make.join(tarn, ann)
    offered = propose(tarn, title="Looms", speaker=ann, **BY)
    schedule(offered, meeting=meeting, **BY)
    carry()
    assert OutgoingLetter.objects.filter(kind="talk_scheduled").count() == 1
    assert not Speaking.objects.exists()

    change_proposal(offered, speaker=None, speaker_name="Zoe", speaker_address=ZOE, **BY)

    assert [subject for subject, _text in heard()] == ["You are named as a speaker: Looms"]


def test_one_address_is_asked_so_often_a_day(db):
    for number in range(speakers.ASKED_A_DAY + 2):
        group = make.group(slug=f"g{number}")
        schedule(talk(group), meeting=plan(group, OPERATOR), **BY)
    carry()
    assert OutgoingLetter.objects.filter(kind="speaker_asked").count() == speakers.ASKED_A_DAY

    last = Speaking.objects.latest("pk")
    OutgoingLetter.objects.update(made_at=now() - timedelta(days=2))
    schedule(talk(last.group, "Dyes"), meeting=plan(last.group, OPERATOR), **BY)
    carry()

    assert OutgoingLetter.objects.filter(kind="speaker_asked").count() == speakers.ASKED_A_DAY + 1


def test_who_was_asked_and_then_proposes_themselves_has_said_yes_by_that(tarn, meeting):
    ann = make.person("Ann")
    make.join(tarn, ann, mail="none")
    schedule(talk(tarn, address="ann@example.org"), meeting=meeting, **BY)
    heard()

    schedule(talk(tarn, "Dyes", by=ann, address="ann@example.org"), meeting=meeting, **BY)

    assert [subject for subject, _text in heard("ann@example.org")] == ["Your talk is on the agenda: Dyes"]


def test_what_no_talk_names_any_more_is_let_go_but_for_what_somebody_stopped(tarn, meeting):
    schedule(talk(tarn), meeting=meeting, **BY)
    carry()
    sweeping.sweep()
    assert Speaking.objects.exists()
    Proposal.objects.update(speaker_address="")
    Speaking.objects.create(group=tarn, address="stopped@example.org", stopped_at=now())

    sweeping.sweep()

    assert list(Speaking.objects.values_list("address", flat=True)) == ["stopped@example.org"]


def test_a_token_that_is_wrong_shows_nothing(client, db):
    assert client.get("/mail/speaking/wrong").status_code == 404


def test_a_group_asks_only_so_many_strangers_a_day(tarn, meeting, monkeypatch):
    monkeypatch.setattr(speakers, "ASKED_BY_A_GROUP", 2)
    names = [f"stranger{number}@elsewhere.example" for number in range(4)]
    for number, address in enumerate(names):
        schedule(talk(tarn, f"Looms {number}", address=address), meeting=meeting, **BY)
    carry()

    assert [to for to, _message in letters()] == names[:2]
    Speaking.objects.exclude(asked_at=None).update(asked_at=now() - timedelta(days=2))
    schedule(talk(tarn, "Dyes", address=names[3]), meeting=meeting, **BY)
    assert len(heard(names[3])) == 1


def test_a_talk_that_goes_on_and_off_the_agenda_all_day_writes_only_so_often(client, tarn, meeting):
    offered = talk(tarn)
    schedule(offered, meeting=meeting, **BY)
    heard()
    client.post(page(), {"wants": "yes"})
    for _turn in range(speakers.TOLD_A_DAY):
        take_off(offered, **BY)
        carry()
        schedule(offered, meeting=meeting, **BY)
        carry()

    assert len(heard()) == speakers.TOLD_A_DAY
