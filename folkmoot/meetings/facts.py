"""What meetings hold of a person."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.accounts.personal import Fact
from folkmoot.meetings.models import DateAnswer, DatePoll, Meeting, Rsvp, WishAnswer

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
