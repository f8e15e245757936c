"""Lists of who came to meetings elsewhere: whose rows they are, once and again."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Address, Person
from folkmoot.doors.mail.tests.at_the_door import gone_out
from folkmoot.groups.models import Moved, Role
from folkmoot.groups.operations import begin_move, grant_role
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings.attendance import at_the_door, figures
from folkmoot.meetings.attendee_fates import UNSEEN, Outcome
from folkmoot.meetings.attendees import read
from folkmoot.meetings.models import Attendance, Meeting
from folkmoot.meetings.operations import answer, bring_attendees, bring_meetings_along, cancel, rehearse_attendees
from folkmoot.meetings.operations.attending import Coming, note_coming, take_back
from folkmoot.meetings.plans import Plan
from folkmoot.outbox.models import Event
from tests import make

BY = {"by": OPERATOR, "via": "test"}
EVENTBRITE = """First Name,Last Name,Email,Event Name,Event Date,Attendee Status,Quantity
Ann,Ash,ann@example.org,Burrows,{day},Checked In,1
Bob,Bark,,Burrows,{day},Attending,1
Cem,Clay,cem@example.org,Burrows,{day},Not Attending,1
,,,Burrows,{day},Checked In,1
Dan,Dew,,Nowhere,,Checked In,1
"""
MEETUP = (
    "Name\tUser ID\tTitle\tEvent Host\tRSVP\tGuests\nAnn\t11\t\tYes\tYes\t2\nZoe\t12\t\t\tYes\t0\nYan\t13\t\t\tNo\t0\n"
)


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def group(ann):
    return make.group(ann, time_zone="Europe/Berlin")


@pytest.fixture
def past(group):
    """Two meetings that were elsewhere, the earlier one first."""
    times = [(now() - timedelta(days=days)).replace(tzinfo=None, microsecond=0) for days in (60, 30)]
    plans = [Plan(uid=f"{n}@x", title="Burrows", starts=at, zone="Europe/Berlin") for n, at in enumerate(times)]
    bring_meetings_along(group, plans, **BY)
    return list(Meeting.objects.select_related("group").in_order())


def outcomes(report):
    return {outcome.value: n for outcome, n in report.counts.items()}


def people(meeting):
    return sorted((row.person.name if row.person else "", row.name) for row in meeting.attendances.all())


def test_people_are_found_by_address_and_others_stay_names(group, ann, past):
    lists = EVENTBRITE.format(day=f"{past[0].starts:%Y-%m-%d} 19:00")

    report = bring_attendees(group, lists, **BY)

    assert outcomes(report) == {"person": 1, "name": 1, "absent": 1, "refused": 2}
    assert people(past[0]) == [("", "Bob Bark"), ("Ann", "")]
    assert not past[1].attendances.exists()
    assert set(Attendance.objects.values_list("address", "came_at")) == {("", past[0].starts_at)}
    assert Event.objects.filter(kind="attendance.noted", subject_id=past[0].pk).count() == 1
    assert group.history.get(kind="attendees.brought").facts == {"count": 2}
    why = {str(fate.why) for fate in report.fates if fate.outcome == Outcome.REFUSED}
    assert why == {"Nobody is named in this row.", "No past meeting of the group is called so."}


def test_a_rehearsal_says_the_same_and_writes_nothing(group, past):
    report = rehearse_attendees(group, MEETUP, meeting=past[0], by=OPERATOR)

    assert outcomes(report) == {"person": 1, "name": 1, "absent": 1}
    assert not Attendance.objects.exists()


def test_the_same_list_again_changes_nothing(group, past):
    bring_attendees(group, MEETUP, meeting=past[0], **BY)
    before = list(Attendance.objects.order_by("pk").values())

    report = bring_attendees(group, MEETUP, meeting=past[0], **BY)

    assert outcomes(report) == {"kept": 2, "absent": 1}
    assert list(Attendance.objects.order_by("pk").values()) == before
    assert {row["guests"] for row in before} == {2, 0}


def test_a_name_becomes_a_person_once_the_person_is_known(group, past):
    bring_attendees(group, "name,email\nZoe,zoe@example.net\n", meeting=past[0], **BY)
    assert people(past[0]) == [("", "Zoe")]
    zoe = make.person("Zoe Zeal", address="zoe@example.net")
    make.join(group, zoe)

    report = bring_attendees(group, "name,email\nZoe,zoe@example.net\n", meeting=past[0], **BY)

    assert outcomes(report) == {"person": 1}
    assert people(past[0]) == [("Zoe Zeal", "")]


def test_a_name_that_two_members_have_is_nobody_s(group, past):
    make.join(group, make.person("Ann", address="other@example.org"))

    report = bring_attendees(group, "Ann\n", meeting=past[0], **BY)

    assert outcomes(report) == {"name": 1}
    assert str(report.fates[0].why) == "Several members have this name."


def test_nobody_learns_whether_a_stranger_has_an_account(group, past):
    make.person("Eve")

    report = bring_attendees(group, "name,email\nEve,eve@example.org\n", meeting=past[0], **BY)

    assert outcomes(report) == {"name": 1}
    assert people(past[0]) == [("", "Eve")]


def test_who_has_answered_here_without_being_a_member_is_known(group, past):
    group = make.group(slug="open")
    eve, coming = make.person("Eve"), make.meeting(group)
    make.join(group, eve)
    answer(coming, person=eve, answer="yes", via="web")
    group.memberships.filter(person=eve).delete()
    bring_meetings_along(
        group, [Plan(uid="9@x", title="Old", starts=past[0].starts.replace(tzinfo=None), zone="UTC")], **BY
    )
    old = Meeting.objects.get(uid="9@x")

    bring_attendees(group, "name,email\nE,eve@example.org\n", meeting=old, **BY)

    assert people(old) == [("Eve", "")]


def test_an_address_that_nobody_has_proven_finds_nobody_who_is_here(group, ann, past):
    Person.objects.filter(pk=ann.pk).update(last_login=now())
    Address.objects.create(user=ann, email="boss@example.org", verified=False, primary=False)

    bring_attendees(group, "name,email\nBoss,boss@example.org\n", meeting=past[0], **BY)

    assert people(past[0]) == [("", "Boss")]


def test_whom_the_door_has_noted_is_not_noted_twice(group, ann, past):
    at = past[0].starts_at
    note_coming(past[0], entries=[Coming("a", at, person=ann.pk), Coming("b", at, name="Zoe")], **BY)

    assert outcomes(bring_attendees(group, "Ann\nZoe\n", meeting=past[0], **BY)) == {"kept": 2}


def test_two_under_one_number_of_the_other_program_are_one(group, ann, past):
    report = bring_attendees(group, "name,user id\nAnn,7\nGuest of Ann,7\nZoe,8\n", meeting=past[0], **BY)

    assert outcomes(report) == {"person": 1, "name": 1, "same": 1}
    assert people(past[0]) == [("", "Zoe"), ("Ann", "")]


def test_the_same_list_does_not_bring_back_whom_somebody_has_struck_off(group, past):
    bring_attendees(group, "Ann\nZoe\nYan\n", meeting=past[0], **BY)
    for row in past[0].attendances.exclude(name="Yan"):
        take_back(row, **BY)

    report = bring_attendees(group, "Ann\nZoe\nYan\n", meeting=past[0], **BY)

    assert outcomes(report) == {"kept": 3}
    assert people(past[0]) == [("", "Yan")]


def test_however_many_meetings_a_list_names_few_questions_are_asked(group, past, django_assert_max_num_queries):
    starts = [(now() - timedelta(days=70 + n)).replace(tzinfo=None, microsecond=0) for n in range(30)]
    plans = [Plan(uid=f"many-{n}@x", title=f"Evening {n}", starts=at, zone="UTC") for n, at in enumerate(starts)]
    bring_meetings_along(group, plans, **BY)
    rows = "".join(f"Ann,Evening {n}\nZoe,Evening {n}\n" for n in range(30))

    with django_assert_max_num_queries(10):
        report = rehearse_attendees(group, f"name,event\n{rows}", by=OPERATOR)

    assert outcomes(report) == {"person": 30, "name": 30}


def test_first_times_are_told_as_far_as_lists_tell_them(group, past):
    bring_attendees(group, "Ann\nZoe\n", meeting=past[0], **BY)
    bring_attendees(group, "Ann\nZoe\nYan\n", meeting=past[1], **BY)

    later, earlier = figures(group)

    assert (earlier.came, earlier.first, earlier.again) == (2, 2, 0)
    assert (later.came, later.first, later.again) == (3, 1, 2)


def test_a_number_that_was_counted_elsewhere_is_kept_where_there_is_no_list(group, past):
    Meeting.objects.filter(pk=past[0].pk).update(counted=42)

    found = figures(group)[1]

    assert (found.came, found.first, found.again, found.is_counted_elsewhere) == (42, None, None, True)


def test_who_was_there_and_is_known_by_address_counts_as_come_over(group, ann, past):
    make.join(group, make.person("Bob Bark", address="bob@example.org"))
    begin_move(group, name="Meetup", address="https://meetup.example/", members=9, **BY)

    bring_attendees(group, "name,email\nA,ann@example.org\nBob Bark,\nZoe,zoe@example.net\n", meeting=past[0], **BY)

    assert list(Moved.objects.values_list("person", "way")) == [(ann.pk, "meeting")]


def test_only_past_meetings_that_took_place_have_people_who_came(group, past):
    coming = make.meeting(group)
    off = cancel(make.meeting(group), **BY)

    for meeting in (coming, off):
        with pytest.raises(Refused, match="took place"):
            bring_attendees(group, "Ann\n", meeting=meeting, **BY)
    assert not Attendance.objects.exists()


def test_only_those_who_organise_bring_lists(group, ann, past):
    with pytest.raises(NotAllowed):
        bring_attendees(group, "Ann\n", meeting=past[0], by=ann, via="test")
    with pytest.raises(NotAllowed):
        rehearse_attendees(group, "Ann\n", meeting=past[0], by=ann)
    assert not Attendance.objects.exists()


def test_who_may_not_see_addresses_learns_of_nobody_whose_one_is(group, ann, past):
    orla, organiser = make.person("Orla"), group.roles.get(key=Role.BuiltIn.ORGANISER)
    grant_role(make.join(group, orla), role=organiser, by=OPERATOR, via="test")
    mine = "Name,Email\nA. Ash,ann@example.org\nAnn,other@example.org\n,ann@example.org\n"

    report = rehearse_attendees(group, mine, meeting=past[0], by=orla)

    assert [fate.outcome.value for fate in report.fates] == ["name", "person", "refused"]
    assert {str(fate.why) for fate in report.fates if fate.why} == {str(UNSEEN)}
    assert rehearse_attendees(group, mine, meeting=past[0], by=OPERATOR).fates[0].person_id == ann.pk


def test_rows_name_their_meetings_by_day_by_number_or_by_title_and_day(group, past):
    Meeting.objects.filter(pk=past[1].pk).update(uid="event_302817364@meetup.example", title="Hay")
    day = f"{past[0].starts:%d.%m.%Y}"

    report = bring_attendees(group, f"Name;Datum\nAnn;{day}\n", **BY)
    more = bring_attendees(group, "Name,Event ID\nAnn,302817364\n", **BY)
    title = rehearse_attendees(group, "Name,Event\nZoe,hay\n", by=OPERATOR)

    assert [fate.meeting for fate in (*report.fates, *more.fates, *title.fates)] == [past[0], past[1], past[1]]


def test_two_meetings_of_one_title_need_a_day(group, past):
    report = rehearse_attendees(group, "Name,Event\nAnn,Burrows\n", by=OPERATOR)

    assert "Several past meetings" in str(report.fates[0].why)


def test_nothing_goes_out_to_anybody(group, past):
    gone_out()

    bring_attendees(group, "name,email\nAnn,ann@example.org\nZoe,zoe@example.net\n", meeting=past[0], **BY)

    assert gone_out() == []
    assert [line.name for line in at_the_door(past[0])] == ["Ann", "Zoe"]


def test_a_list_that_is_too_long_is_refused():
    with pytest.raises(Refused, match="rows at once"):
        read("x\n" * 20_002)
    with pytest.raises(Refused, match="MB"):
        read("x" * (5 * 1024 * 1024))


@pytest.mark.parametrize("text", ["", "\0\n", '"', "name\n", "a,b\n1\n2,3,4", "=cmd()", "@@@", "<<<>>>"])
def test_nothing_is_too_broken_to_be_read(text):
    assert all(one.name or one.address or one.trouble for one in read(text))
