from datetime import datetime, timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.meetings.facts import facts_of
from folkmoot.meetings.models import Approval, Attendance, Feedback, Interest, Meeting, Point, Proposal, Rsvp
from folkmoot.meetings.operations import answer, erase_answers, plan_meeting
from folkmoot.meetings.operations.agenda import schedule
from folkmoot.meetings.operations.attending import Coming, note_coming
from folkmoot.meetings.operations.erasing import merge_programme
from folkmoot.meetings.operations.minutes import begin_minutes, object_to, submit_minutes
from folkmoot.meetings.operations.points import add_point, give_feedback
from folkmoot.meetings.operations.proposing import propose, want
from tests import make

pytestmark = pytest.mark.django_db


def test_who_came_still_counts_and_has_no_words_left():
    ann, bob = make.person("Ann"), make.person("Bob")
    group = make.group(ann, bob)
    past, coming = make.meeting(group), make.meeting(group)
    for meeting in (past, coming):
        answer(meeting, person=ann, answer="yes", note="wombat", via="web")
        answer(meeting, person=bob, answer="yes", note="stays", via="web")
    long_ago = now() - timedelta(days=9)
    Meeting.objects.filter(pk=past.pk).update(starts_at=long_ago, ends_at=long_ago)

    erase_answers(ann, keep_words=True)

    assert sorted(Rsvp.objects.values_list("meeting", "note")) == [
        (past.pk, ""),
        (past.pk, "stays"),
        (coming.pk, "stays"),
    ]


def a_past_of(person, group):
    """A talk that waits and one that was given, interest, presence, feedback, an objection, something to do."""
    meeting = make.meeting(group, starts_in=timedelta(minutes=-30))
    propose(group, title="Waits", abstract="wombat", by=person, via="web")
    given = propose(group, title="Given", abstract="wombat", by=person, via="web")
    schedule(given, meeting=meeting, by=OPERATOR, via="test")
    want(given, person=person, via="web")
    note_coming(meeting, entries=[Coming(f"k{person.pk}", now(), person=person.pk)], by=OPERATOR, via="test")
    give_feedback(meeting, person=person, rating=4, words="wombat", via="web")
    minutes = begin_minutes(meeting, by=OPERATOR, via="test")
    submit_minutes(minutes, to=[person], by=OPERATOR, via="test")
    object_to(minutes, person=person, words="wombat", version=0, via="web")
    add_point(meeting, sort="action", words="Hay", owner=person, by=OPERATOR, via="test")
    return meeting


def test_what_somebody_did_for_meetings_is_told_then_forgotten():
    ann = make.person("Ann")
    meeting = a_past_of(ann, make.group(ann))
    told = {fact.name: fact.count for fact in facts_of(ann) if fact.count}
    assert told == {"talks": 2, "interests": 1, "attendances": 1, "feedback": 1, "approvals": 1, "points": 1}

    erase_answers(ann, keep_words=False)

    talk = Proposal.objects.get()
    assert (talk.title, talk.abstract) == ("Given", "")
    assert (Feedback.objects.get().words, Feedback.objects.get().rating) == ("", 4)
    assert (Interest.objects.count(), Approval.objects.count()) == (0, 0)
    assert Point.objects.get().owner is None
    assert meeting.attendances.count() == 1


def test_who_planned_a_meeting_is_told_so():
    olga = make.person("Olga")
    group = make.group(owner=olga)
    starts = datetime.fromisoformat("2030-07-16T19:00")
    meeting = plan_meeting(group, title="Numbats", starts=starts, by=olga, via="test")
    make.meeting(group)

    planned = next(fact.rows for fact in facts_of(olga) if fact.name == "planned")

    assert [(row["pk"], row["title"]) for row in planned] == [(meeting.pk, "Numbats")]


def test_two_accounts_that_are_one_have_one_presence_and_all_talks():
    ann, annie = make.person("Ann"), make.person("Annie")
    group = make.group(ann, annie)
    meeting = a_past_of(annie, group)
    note_coming(meeting, entries=[Coming("a", now(), person=ann.pk)], by=OPERATOR, via="test")

    merge_programme(annie.pk, into=ann)
    merge_programme(annie.pk, into=ann)

    assert {one.speaker for one in Proposal.objects.all()} == {ann}
    people = [
        list(rows.objects.values_list("person", flat=True)) for rows in (Interest, Attendance, Feedback, Approval)
    ]
    assert people == [[ann.pk]] * 4
    assert Point.objects.get().owner == ann
