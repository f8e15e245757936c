"""Who is asked to speak, and who is asked whether minutes are right, hears of it by mail, in their language."""

from django.conf import settings
from django.urls import reverse

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.doors.mail.tests.meeting_mail import carry, letters, plan, to
from folkmoot.meetings.operations.agenda import schedule
from folkmoot.meetings.operations.minutes import begin_minutes, submit_minutes
from folkmoot.meetings.operations.proposing import propose
from tests import make


def test_who_is_put_on_the_agenda_is_asked_once_whether_they_speak(db):
    ann = make.person("Ann")
    meeting = plan(make.group(ann), OPERATOR)
    letters()

    talk = propose(meeting.group, title="Looms", by=OPERATOR, via="web", speaker=ann)
    schedule(talk, meeting=meeting, by=OPERATOR, via="web")

    (asked,) = to(ann, letters())
    assert asked["Subject"] == "You are asked to speak: Looms"
    assert f"{settings.SITE}{meeting.get_absolute_url()}" in asked.get_body(("plain",)).get_content()
    assert letters() == []


def test_who_is_asked_to_approve_minutes_hears_of_it_in_their_language(db):
    ann, bob = make.person("Ann"), make.person("Bob")
    tarn = make.group(ann, bob)
    plan(tarn, OPERATOR)
    meeting = plan(tarn, OPERATOR, title="Another")
    Person.objects.filter(pk=ann.pk).update(language="de")
    letters()
    minutes = begin_minutes(meeting, by=OPERATOR, via="web")

    submit_minutes(minutes, to=[ann], by=OPERATOR, via="web")
    carry()

    assert OutgoingLetter.objects.filter(kind="minutes_submitted").count() == 1
    (asked,) = to(ann, letters())
    assert asked["Subject"] == "Stimmt dieses Protokoll? Another"
    assert settings.SITE + reverse("minutes", args=[meeting.pk]) in asked.get_body(("plain",)).get_content()
