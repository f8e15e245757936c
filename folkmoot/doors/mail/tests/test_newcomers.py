"""Who joins after a meeting was announced, and who has to go: what their calendars hear."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.doors.mail.invitations import newcomers, queue
from folkmoot.doors.mail.models import CalendarCopy
from folkmoot.doors.mail.tests.meeting_mail import carry, entry, letters, plan, to
from folkmoot.groups.models import Membership, Role, Sanction
from folkmoot.groups.operations import add_member, allow, deny, join, leave, lift, remove_member, sanction
from folkmoot.groups.operations.members import MOST_JOINED_A_DAY
from folkmoot.groups.operations.terms import turn_terms
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.operations import answer, bring_meetings_along, cancel
from folkmoot.meetings.plans import Plan
from tests import make

BY = {"by": OPERATOR, "via": "test"}


@pytest.fixture
def olga(db):
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(olga):
    return make.group(owner=olga)


def invitations(person, sent):
    return [one for one in to(person, sent) if one.get_content_type() == "multipart/mixed"]


def titles(person, sent):
    return [(one["Subject"], entry(one)[0]) for one in invitations(person, sent)]


def test_who_joins_later_is_invited_to_what_was_announced_and_to_one_of_each_series(tarn, olga, ann):
    plan(tarn, olga, title="Feast")
    series = make.series(tarn, title="Open hour")
    cancel(plan(tarn, olga, title="Off"), by=olga, via="web")
    letters()

    make.join(tarn, ann)

    sent = letters()
    assert sorted(titles(ann, sent)) == [("Feast", "REQUEST"), ("Open hour", "REQUEST")]
    (weekly,) = (one for one in invitations(ann, sent) if one["Subject"] == "Open hour")
    first, second = series.meetings.order_by("slot")[:2]
    assert entry(weekly)[1].uid == first.uid
    text = weekly.get_body(("plain",)).get_content()
    assert f"{second.starts:%-d %B %Y}" in text.partition("in its turn")[2]
    assert "http://localhost:8000/settings/calendars" in text.partition("All of them at once")[2]
    (feast,) = (one for one in invitations(ann, sent) if one["Subject"] == "Feast")
    assert "settings/calendars" not in feast.as_string()
    assert letters() == []


def test_the_next_of_a_series_comes_when_the_one_before_is_over(tarn, ann):
    series = make.series(tarn, title="Open hour")
    letters()
    make.join(tarn, ann)
    letters()
    first, second = series.meetings.order_by("slot")[:2]
    newcomers.invite_all()
    assert letters() == []
    Meeting.objects.filter(pk=first.pk).update(starts_at=now() - timedelta(hours=2), ends_at=now())

    newcomers.invite_all()

    (next_one,) = invitations(ann, letters())
    assert entry(next_one)[1].uid == second.uid


def test_those_who_were_invited_in_time_hear_nothing_twice(tarn, olga, ann):
    make.join(tarn, ann)
    plan(tarn, olga)
    make.series(tarn)
    letters()

    newcomers.invite_all()

    assert letters() == []


@pytest.mark.parametrize("how", ["no mail", "no invitations", "banned below"])
def test_who_wants_or_may_have_no_invitations_gets_none(tarn, olga, ann, how):
    plan(tarn, olga)
    letters()
    if how == "banned below":
        make.join(tarn, ann)
        deny(ann, group=tarn, permission="meetings.read", reason="x", **BY)
    elif how == "no mail":
        make.join(tarn, ann, mail="none")
    else:
        queue.turn_invitations(make.join(tarn, ann), is_wanted=False, via="mail")

    assert invitations(ann, letters()) == []


def test_to_what_came_from_elsewhere_nobody_is_invited(tarn, ann):
    starts = (now() + timedelta(days=5)).replace(tzinfo=None, microsecond=0)
    bring_meetings_along(tarn, [Plan(uid="x", title="X", starts=starts, zone="UTC")], **BY)
    letters()

    make.join(tarn, ann)
    newcomers.invite_all()

    assert invitations(ann, letters()) == []


def test_a_newcomer_gets_so_many_letters_and_no_more(tarn, olga, ann):
    for number in range(newcomers.MOST + 3):
        plan(tarn, olga, title=f"Meeting {number}")
    letters()

    make.join(tarn, ann)

    carry()
    assert CalendarCopy.objects.filter(person=ann).count() == newcomers.MOST


def test_who_is_removed_hears_that_it_leaves_their_calendar_and_no_more(olga, ann):
    den = make.group(ann, owner=olga, slug="den", visibility="hidden", joining="invitation")
    meeting = plan(den, olga)
    letters()

    remove_member(Membership.objects.get(group=den, person=ann), by=olga, via="web")

    (gone,) = invitations(ann, letters())
    assert entry(gone)[0] == "CANCEL"
    cancel(meeting, by=olga, via="web")
    assert to(ann, letters()) == []


def open_to_all(group):
    """A group in which whoever comes along may answer."""
    role = group.roles.get(audience=Role.Audience.ANYONE)
    for name in {"meetings.read", "meetings.answer"}.difference(role.permissions.values_list("name", flat=True)):
        allow(role, permission=name, **BY)


def full(group, olga, first, second):
    """A meeting with one seat, which the first of them has, and the second waits for."""
    meeting = plan(group, olga, seats=1)
    for one in (first, second):
        answer(meeting, person=one, answer="yes", via="web")
    letters()
    return meeting


def ban(group, person, olga):
    sanction(group, person, kind=Sanction.Kind.BAN, reason="Rude", by=olga, via="web")


def deny_answers(group, person, olga):
    deny(person, group=group, permission="meetings.answer", reason="Never comes", by=olga, via="web")


def deny_from_later_on(group, person, olga):
    denial = deny(person, group=group, reason="Rude", starts_at=now() + timedelta(hours=1), by=olga, via="web")
    carry()
    assert Rsvp.objects.coming().filter(person=person).exists()
    type(denial).objects.filter(pk=denial.pk).update(starts_at=now())
    turn_terms()


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("how", [ban, deny_answers, deny_from_later_on])
def test_who_may_come_no_more_gives_the_seat_to_the_next_in_line(tarn, olga, ann, how, is_open):
    bob = make.person("Bob")
    make.join(tarn, ann), make.join(tarn, bob)
    if is_open:
        open_to_all(tarn)
    meeting = full(tarn, olga, ann, bob)

    how(tarn, ann, olga)
    carry()

    sent = letters()
    assert list(meeting.rsvps.coming().values_list("person__name", flat=True)) == ["Bob"]
    assert titles(bob, sent) == [("You have a seat: Autumn meeting", "REQUEST")]
    if how != deny_answers:
        assert titles(ann, sent) == [("A meeting leaves your calendar", "CANCEL")]


def test_who_lost_the_right_in_an_open_group_cannot_answer_again(tarn, olga, ann):
    make.join(tarn, ann)
    open_to_all(tarn)
    meeting = plan(tarn, olga)
    denial = deny(ann, group=tarn, permission="meetings.answer", reason="x", **BY)

    with pytest.raises(NotAllowed):
        answer(meeting, person=ann, answer="yes", via="web")
    assert not meeting.rsvps.exists()
    lift(denial, **BY)

    assert answer(meeting, person=ann, answer="yes", via="web").comes


def test_who_comes_and_goes_all_day_makes_no_flood_of_letters(tarn, olga, ann):
    for number in range(3):
        plan(tarn, olga, title=f"Evening {number}")
    letters()

    for _turn in range(MOST_JOINED_A_DAY):
        member = join(tarn, person=ann, via="web")
        leave(member, via="web")
    with pytest.raises(Refused):
        join(tarn, person=ann, via="web")

    add_member(tarn, address="ann@example.org", by=olga, via="web")  # who runs it may take them in
