from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import localdate, now

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.operations import Asked, close_poll, reply, vote
from folkmoot.groups.models import HistoryEntry, Role
from folkmoot.groups.operations import allow, change, grant_role, leave
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings.attendance import opinion_of
from folkmoot.meetings.models import Approval, Feedback, Meeting, Minutes, Point
from folkmoot.meetings.operations import answer, cancel
from folkmoot.meetings.operations.agenda import add_item, schedule
from folkmoot.meetings.operations.attending import Coming, note_coming
from folkmoot.meetings.operations.minutes import (
    Overtaken,
    approve,
    begin_due,
    begin_minutes,
    object_to,
    publish_minutes,
    save_minutes,
    submit_minutes,
)
from folkmoot.meetings.operations.points import add_point, close_point, give_feedback, give_point, reopen_point
from folkmoot.meetings.operations.proposing import propose
from folkmoot.meetings.queries import handling
from folkmoot.meetings.rules import can_close, can_look_after, can_take
from folkmoot.outbox.models import Event
from tests import make

pytestmark = pytest.mark.django_db
BY = {"by": OPERATOR, "via": "test"}


def told(kind):
    return Event.objects.filter(kind=kind).count()


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def group(ann, bob):
    group = make.group(ann, bob)
    grant_role(group.memberships.get(person=ann), role=group.roles.get(key="organiser"), **BY)
    group.refresh_from_db()
    return group


@pytest.fixture
def meeting(group):
    meeting = make.meeting(group, starts_in=timedelta(minutes=-30))
    Meeting.objects.filter(pk=meeting.pk).update(topic=make.topic(group))
    meeting.refresh_from_db()
    return meeting


@pytest.fixture
def minutes(meeting, ann):
    return begin_minutes(meeting, by=ann, via="web")


def test_the_frame_of_the_minutes_writes_itself(meeting, ann, bob):
    earlier = make.meeting(meeting.group, starts_in=timedelta(days=-30))
    add_point(earlier, sort="action", words="Buy *chairs*", owner=bob, due_on=localdate(), **BY)
    note_coming(meeting, entries=[Coming("a", now(), person=ann.pk), Coming("z", now(), name="Zoe_[x]")], **BY)
    answer(meeting, person=bob, answer="no", **BY)
    add_item(meeting, title="Welcome", **BY)
    schedule(propose(meeting.group, title="Looms", by=ann, via="web"), meeting=meeting, **BY)
    make.post(meeting.topic, author=bob, body="See https://tarn.example/a. And https://tarn.example/a!")

    body = begin_minutes(meeting, by=ann, via="web").body

    assert "# Present\n\n2 people" in body
    assert "# Excused\n\n1 person" in body
    assert "## 1. Welcome\n\n## 2. Looms (Ann)" in body
    assert "# Links\n\n- <https://tarn.example/a>\n" in body
    assert "To do: Buy \\*chairs\\* (until" in body
    assert told("minutes.begun") == 1


def test_where_only_members_read_the_minutes_members_who_came_are_named(meeting, ann, bob):
    change(meeting.group, visibility="listed", **BY)
    eve = make.person("Eve")
    former = make.join(meeting.group, eve)
    there = [Coming("a", now(), person=ann.pk), Coming("e", now(), person=eve.pk), Coming("z", now(), name="Zoe")]
    note_coming(meeting, entries=there, **BY)
    leave(former, via="web")
    answer(meeting, person=bob, answer="no", **BY)
    make.post(meeting.topic, author=bob, body="See https://tarn.example/a")
    earlier = make.meeting(meeting.group, starts_in=timedelta(days=-30))
    add_point(earlier, sort="action", words="Buy chairs", owner=ann, **BY)

    body = begin_minutes(meeting, by=ann, via="web").body

    assert "# Present\n\nAnn and 2 more\n" in body
    assert "To do: Buy chairs (Ann)" in body
    assert "# Excused\n\n1 person" in body
    assert "https://tarn.example/a" in body
    assert not any(name in body for name in ("Bob", "Eve", "Zoe"))


def test_links_of_a_conversation_that_not_all_readers_see_stay_out(meeting, ann, bob):
    change(meeting.group, visibility="listed", **BY)
    allow(meeting.group.roles.get(audience=Role.Audience.SIGNED_IN), permission="meetings.read", **BY)
    make.post(meeting.topic, author=bob, body="See https://tarn.example/a")

    assert "https://tarn.example/a" not in begin_minutes(meeting, by=ann, via="web").body


def test_what_polls_have_decided_stands_there(meeting, ann, bob):
    for question, way in (("Where next?", {}), ("Who pays?", {"is_secret": True, "shows_at_once": False})):
        asked = Asked(question, ["Bochum", "Essen"], **way)
        poll = reply(meeting.topic, author=ann, body="", via="web", poll=asked).poll
        for person in (ann, bob):
            vote(poll, [2], person=person, via="web")
        close_poll(poll, by=ann, via="web")
    reply(meeting.topic, author=ann, body="", via="web", poll=Asked("Still open?", ["Yes", "No"]))

    body = begin_minutes(meeting, by=ann, via="web").body

    assert "# Decisions\n\n- Where next? **Essen** (Bochum 0, Essen 2)\n- Who pays? **Essen**" in body
    assert "Still open?" not in body


def test_the_draft_begins_itself_within_five_minutes_of_the_end(group, bob):
    """The clock looks each minute; two minutes are left for the last word."""
    there = {name: make.meeting(group, title=name) for name in ("Looms", "Nothing known", "Long ago", "Still on")}
    for name, over in (("Looms", 3), ("Nothing known", 3), ("Long ago", 60 * 25), ("Still on", 1)):
        end = now() - timedelta(minutes=over)
        Meeting.objects.filter(pk=there[name].pk).update(starts_at=end - timedelta(hours=2), ends_at=end)
        if name != "Nothing known":
            add_item(there[name], title="Welcome", **BY)
    off = make.meeting(group, starts_in=timedelta(minutes=-123))
    note_coming(off, entries=[Coming("z", now(), name="Zoe")], **BY)
    gone = make.meeting(group)
    cancel(gone, **BY)
    Meeting.objects.filter(pk=gone.pk).update(starts_at=off.starts_at, ends_at=off.ends_at)

    assert begin_due() == 2
    assert begin_due() == 0

    assert {one.meeting for one in Minutes.objects.all()} == {there["Looms"], off}
    assert told("minutes.begun") == 2


def test_minutes_are_begun_once(meeting, ann, minutes):
    assert begin_minutes(meeting, by=ann, via="web") == minutes
    assert told("minutes.begun") == 1


def test_other_members_write_no_minutes(meeting, bob, ann):
    me = {"by": bob, "via": "web"}
    with pytest.raises(NotAllowed):
        begin_minutes(meeting, **me)
    minutes = begin_minutes(meeting, by=ann, via="web")
    before = Event.objects.count()

    for act in (
        lambda: begin_minutes(meeting, **me),
        lambda: save_minutes(minutes, body="Mine", version=0, **me),
        lambda: submit_minutes(minutes, to=[bob], **me),
        lambda: publish_minutes(minutes, **me),
        lambda: add_point(meeting, sort="action", words="X", **me),
        lambda: approve(minutes, person=bob, version=0, via="web"),
        lambda: object_to(minutes, person=bob, words="No", version=0, via="web"),
    ):
        with pytest.raises(NotAllowed):
            act()

    fresh = Minutes.objects.get()
    assert (fresh.version, fresh.published_at, fresh.submitted_at) == (0, None, None)
    assert not Point.objects.exists()
    assert Event.objects.count() == before


def test_whoever_saves_second_is_told_and_loses_nothing(minutes, ann):
    first = save_minutes(minutes, body="One", version=0, by=ann, via="web")

    with pytest.raises(Overtaken):
        save_minutes(minutes, body="Two", version=0, **BY)
    save_minutes(minutes, body="One", version=0, **BY)  # the same text is no news

    assert (first.version, Minutes.objects.get().body) == (1, "One")
    assert told("minutes.saved") == 1


def test_minutes_have_an_end(minutes, ann):
    with pytest.raises(Refused):
        save_minutes(minutes, body="x" * 100_001, version=0, by=ann, via="web")


def test_when_all_who_were_asked_approve_the_minutes_reach_the_conversation(meeting, minutes, ann, bob):
    olga = meeting.group.memberships.get(person__name="Olga").person
    save_minutes(minutes, body="We **met**.", version=0, by=ann, via="web")
    add_point(meeting, sort="decision", words="We meet again", **BY)
    submit_minutes(minutes, to=[bob, olga], by=ann, via="web")

    approve(minutes, person=bob, version=1, via="web")
    assert Minutes.objects.get().published_at is None
    approve(minutes, person=olga, version=1, via="web")

    last = meeting.topic.posts.order_by("pk").last()
    assert (last.author, last.via) == (ann, "meeting")
    assert last.body == "We **met**.\n\n- Decision: We meet again"
    assert Minutes.objects.get().published_at
    assert (told("minutes.submitted"), told("minutes.approved"), told("minutes.published")) == (1, 2, 1)
    assert HistoryEntry.objects.filter(kind="minutes.published", facts__meeting=meeting.pk).exists()
    with pytest.raises(Refused):
        approve(minutes, person=bob, version=1, via="web")


def test_what_changed_after_an_approval_is_read_again(minutes, ann, bob):
    submit_minutes(minutes, to=[bob, ann], by=ann, via="web")
    approve(minutes, person=bob, version=0, via="web")
    save_minutes(minutes, body="Otherwise", version=0, by=ann, via="web")

    approve(minutes, person=ann, version=1, via="web")
    assert Minutes.objects.get().published_at is None
    with pytest.raises(Overtaken):
        approve(minutes, person=bob, version=0, via="web")
    approve(minutes, person=bob, version=1, via="web")

    assert Minutes.objects.get().published_at


def test_an_objection_holds_the_minutes_until_an_organiser_publishes_them(minutes, ann, bob):
    submit_minutes(minutes, to=[bob], by=ann, via="web")

    object_to(minutes, person=bob, words="I was there!", version=0, via="web")
    assert Approval.objects.get().objection == "I was there!"
    save_minutes(minutes, body="Bob was there.", version=0, by=ann, via="web")
    object_to(minutes, person=bob, words="I was not.\nNever.", version=0, via="web")
    assert (Approval.objects.get().objection, Approval.objects.get().version) == ("I was not.\nNever.", 0)
    assert told("minutes.objected") == 2
    for words in (" ", "x" * 5001):
        with pytest.raises(Refused):
            object_to(minutes, person=bob, words=words, version=0, via="web")
    for _ in "ab":
        publish_minutes(minutes, by=ann, via="web")

    assert told("minutes.published") == 1
    assert minutes.meeting.topic.posts.count() == 2


def test_a_meeting_without_a_conversation_gets_one_with_its_minutes(group, ann):
    meeting = make.meeting(group, starts_in=timedelta(minutes=-30), title="Looms")

    publish_minutes(begin_minutes(meeting, by=ann, via="web"), by=ann, via="web")

    meeting.refresh_from_db()
    assert meeting.topic.title.startswith("Minutes of ")


def test_only_members_are_asked_and_only_those_named_last(minutes, ann, bob):
    with pytest.raises(Refused):
        submit_minutes(minutes, to=[make.person("Eve")], by=ann, via="web")
    with pytest.raises(Refused):
        submit_minutes(minutes, to=[], by=ann, via="web")
    submit_minutes(minutes, to=[bob], by=ann, via="web")
    submit_minutes(minutes, to=[ann], by=ann, via="web")

    assert [one.person for one in Approval.objects.all()] == [ann]


def test_a_point_is_closed_by_whoever_has_it_to_do_and_opened_again(meeting, ann, bob):
    point = add_point(meeting, sort="action", words="Buy chairs", owner=bob, by=ann, via="web")
    cem = make.person("Cem")
    make.join(meeting.group, cem)

    with pytest.raises(NotAllowed):
        close_point(point, by=cem, via="web")
    with pytest.raises(NotAllowed):
        reopen_point(point, by=cem, via="web")
    assert not told("point.closed")
    close_point(point, outcome="Ten of them", by=bob, via="web")
    assert Point.objects.get().outcome == "Ten of them"
    reopen_point(point, by=ann, via="web")

    assert list(Point.objects.open()) == [point]
    assert (told("point.added"), told("point.closed"), told("point.reopened")) == (1, 1, 1)


def test_what_is_nobodys_is_given_to_somebody_or_taken_on(meeting, ann, bob):
    begin_minutes(meeting, by=ann, via="web")
    publish_minutes(meeting.written, by=ann, via="web")
    point = add_point(meeting, sort="question", words="Who has the key?", by=ann, via="web")
    cem = make.person("Cem")
    make.join(meeting.group, cem)

    give_point(point, to=bob, by=bob, via="web")
    for by, to in ((cem, cem), (bob, None), (cem, ann)):
        with pytest.raises(NotAllowed):
            give_point(point, to=to, by=by, via="web")
    with pytest.raises(Refused):
        give_point(point, to=make.person("Eve"), by=ann, via="web")
    assert Point.objects.get().owner == bob
    give_point(point, to=None, by=ann, via="web")

    assert Point.objects.get().owner is None
    assert told("point.given") == 2


@pytest.mark.parametrize("who", ["ann", "bob", "cem", "eve"])
def test_what_somebody_may_do_with_points_is_what_the_rules_say_of_each(meeting, minutes, ann, bob, who):
    publish_minutes(minutes, by=ann, via="web")
    hosted = make.meeting(meeting.group, starts_in=timedelta(hours=-9))
    cem = make.person("Cem")
    make.join(meeting.group, cem)
    Meeting.objects.filter(pk=hosted.pk).update(host=cem)
    publish_minutes(begin_minutes(hosted, by=ann, via="web"), by=ann, via="web")
    for one in (meeting, hosted):
        for owner in (None, ann, bob):
            add_point(Meeting.objects.get(pk=one.pk), sort="action", words="Buy chairs", owner=owner, by=ann, via="web")
    person = {"ann": ann, "bob": bob, "cem": cem}.get(who) or make.person("Eve")
    points = list(Point.objects.visible_to(person).select_related("meeting__group", "group", "owner"))
    assert len(points) == 6

    may = handling(person, meeting.group, points)

    assert may.closes == {one.pk for one in points if can_close(person, one)}
    assert may.gives == {one.pk for one in points if can_look_after(person, one.meeting)}
    assert may.takes == {one.pk for one in points if can_take(person, one)}
    assert len(may.closes) == {"ann": 6, "bob": 2, "cem": 3, "eve": 0}[who]


def test_the_list_of_points_asks_no_more_for_many_than_for_few(
    client, meeting, minutes, ann, bob, django_assert_max_num_queries
):
    publish_minutes(minutes, by=ann, via="web")
    for _number in range(30):
        add_point(meeting, sort="action", words="Buy chairs", by=ann, via="web")
    client.force_login(bob)

    with django_assert_max_num_queries(25):
        assert client.get("/g/tarn/points").status_code == 200


@pytest.mark.parametrize("wrong", [{"sort": "gossip"}, {"words": " "}])
def test_a_point_says_something_of_a_known_sort(meeting, wrong):
    with pytest.raises(Refused):
        add_point(meeting, **({"sort": "action", "words": "X"} | wrong), **BY)


def test_points_of_unpublished_minutes_are_for_those_they_concern(meeting, minutes, ann, bob):
    cem = make.person("Cem")
    make.join(meeting.group, cem)
    point = add_point(meeting, sort="action", words="Buy chairs", owner=bob, by=ann, via="web")
    seen = [list(Point.objects.visible_to(person)) for person in (ann, bob, cem, None)]
    assert seen == [[point], [point], [], []]

    publish_minutes(minutes, by=ann, via="web")

    assert [list(Point.objects.visible_to(person)) for person in (cem, None)] == [[point], [point]]


def over(meeting):
    """A week later."""
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=now() - timedelta(days=9), ends_at=now() - timedelta(days=8))
    meeting.refresh_from_db()


def test_who_came_says_what_they_thought_and_organisers_hear_it_from_three_on(meeting, ann, bob):
    olga = meeting.group.memberships.get(person__name="Olga").person
    for number, person in enumerate((ann, bob, olga)):
        note_coming(meeting, entries=[Coming(f"k{number}", now(), person=person.pk)], **BY)
    give_feedback(meeting, person=ann, rating=1, words="Too long", via="web")
    give_feedback(meeting, person=ann, rating=5, words="Fine", via="web")
    give_feedback(meeting, person=bob, rating=4, via="web")
    over(meeting)
    assert opinion_of(meeting) is None
    Meeting.objects.filter(pk=meeting.pk).update(ends_at=now())
    meeting.refresh_from_db()

    give_feedback(meeting, person=olga, rating=3, words="Cold", via="web")

    assert opinion_of(meeting) is None  # a figure that moves would tell who said what
    over(meeting)
    with pytest.raises(Refused):
        give_feedback(meeting, person=olga, rating=1, via="web")
    assert opinion_of(meeting) == (
        3,
        4.0,
        [("Very good", 1), ("Good", 1), ("All right", 1), ("Not so good", 0), ("Bad", 0)],
        ["Cold", "Fine"],
    )
    assert (told("feedback.given"), told("feedback.changed")) == (3, 1)


def test_who_did_not_come_is_not_asked(meeting, ann, bob):
    with pytest.raises(NotAllowed):
        give_feedback(meeting, person=bob, rating=5, via="web")
    note_coming(meeting, entries=[Coming("k", now(), person=ann.pk)], **BY)
    with pytest.raises(Refused):
        give_feedback(meeting, person=ann, rating=6, via="web")

    assert not Feedback.objects.exists()
    assert not told("feedback.given")


def test_what_is_just_over_is_looked_for_by_an_index(db):
    """The clock asks for it each minute, among all meetings there ever were."""
    with connection.cursor() as cursor:
        indexes = connection.introspection.get_constraints(cursor, Meeting._meta.db_table).values()

    assert ["ends_at"] in [one["columns"] for one in indexes if one["index"]]
