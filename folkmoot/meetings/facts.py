"""What meetings hold of a person."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.accounts.personal import Fact
from folkmoot.meetings.models import (
    Approval,
    Attendance,
    DateAnswer,
    DatePoll,
    Feedback,
    Interest,
    Meeting,
    Minutes,
    Point,
    Proposal,
    Rsvp,
    Series,
    TakenBack,
    WishAnswer,
)

RSVP = "meeting_id meeting__title meeting__starts_at meeting__group__slug answer place guests note via said_at"


def facts_of(person: Person) -> Iterator[Fact]:
    told = _("whether you come to meetings, for those who organise them; until you close your account")
    answers = Rsvp.objects.filter(person=person).order_by("pk")
    yield Fact("answers", _("Answers to meetings"), told, answers.values(*RSVP.split()))
    wishes = WishAnswer.objects.filter(rsvp__person=person).order_by("pk")
    yield Fact(
        "meeting_questions",
        _("Answers to questions about meetings"),
        told,
        wishes.values("rsvp__meeting_id", "wish__words", "words"),
    )
    yield Fact(
        "date_answers",
        _("Answers when you could meet"),
        _("so that a time is found that suits most; until you close your account"),
        DateAnswer.objects.filter(person=person)
        .order_by("pk")
        .values("choice__poll_id", "choice__poll__title", "choice__starts_at", "answer", "via", "answered_at"),
    )
    yield Fact(
        "date_polls",
        _("Questions when to meet"),
        _("what you asked as one who organises; as long as the group"),
        DatePoll.objects.filter(by=person).order_by("pk").values("pk", "group__slug", "title", "created_at"),
    )
    hosted = Meeting.objects.filter(host=person).order_by("pk")
    yield Fact(
        "hosted",
        _("Meetings that you host"),
        _("so that people know whom to ask; as long as the meeting"),
        hosted.values("pk", "title", "starts_at"),
    )
    yield from _of_planning(person)
    yield from _of_talks(person)
    yield from _of_being_there(person)
    yield from _of_minutes(person)


def _of_planning(person: Person) -> Iterator[Fact]:
    yield Fact(
        "planned",
        _("Meetings that you planned"),
        _("so that it is known who planned them; as long as the meeting"),
        Meeting.objects.filter(by=person).order_by("pk").values("pk", "group__slug", "title", "created_at"),
    )
    yield Fact(
        "series",
        _("Series of meetings that you planned"),
        _("so that it is known who planned them; as long as the series"),
        Series.objects.filter(by=person).order_by("pk").values("pk", "group__slug", "title", "created_at"),
    )


def _of_talks(person: Person) -> Iterator[Fact]:
    talks = Proposal.objects.filter(Q(by=person) | Q(speaker=person)).order_by("pk")
    yield Fact(
        "talks",
        _("Talks that you proposed or give"),
        _("what you offered to tell; as long as the group, without your name once you close your account"),
        talks.values(
            "pk", "group__slug", "title", "abstract", "minutes", "speaker_name", "speaker_address", "created_at"
        ),
    )
    yield Fact(
        "interests",
        _("Talks that you would like to hear"),
        _("so that the group knows how many would; until you change it"),
        Interest.objects.filter(person=person).order_by("pk").values("proposal_id", "proposal__title", "at"),
    )


def _of_being_there(person: Person) -> Iterator[Fact]:
    yield Fact(
        "attendances",
        _("Meetings that you came to"),
        _("noted at the door; it counts without your name once you close your account"),
        Attendance.objects.filter(person=person).order_by("pk").values("meeting_id", "came_at", "guests", "via"),
    )
    yield Fact(
        "taken_back",
        _("Meetings of which you were struck off the list of those who came"),
        _("so that no door notes you again by mistake; until you close your account"),
        TakenBack.objects.filter(person=person).order_by("pk").values("meeting_id", "at"),
    )
    yield Fact(
        "feedback",
        _("What you thought of meetings"),
        _("for those who organise them, without your name; until you close your account"),
        Feedback.objects.filter(person=person).order_by("pk").values("meeting_id", "rating", "words", "at"),
    )


def _of_minutes(person: Person) -> Iterator[Fact]:
    yield Fact(
        "minutes",
        _("Minutes that you wrote last, or sent out for approval"),
        _("what was said at meetings; as long as the meeting"),
        Minutes.objects.filter(Q(edited_by=person) | Q(submitted_by=person))
        .order_by("pk")
        .values("meeting_id", "body", "edited_at"),
    )
    yield Fact(
        "approvals",
        _("Minutes that you were asked about"),
        _("and what you said of them; as long as the minutes"),
        Approval.objects.filter(person=person).order_by("pk").values("minutes_id", "approved_at", "objection"),
    )
    yield Fact(
        "points",
        _("What you have to do, or had"),
        _("from the minutes of meetings; as long as the meeting"),
        Point.objects.filter(owner=person).order_by("pk").values("meeting_id", "sort", "words", "due_on", "outcome"),
    )
