from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.operations import announce, answer, date_back, take_as_announced
from folkmoot.outbox.models import Event
from tests import make

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


def test_a_meeting_is_dated_back_with_its_answers():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))
    rsvp = answer(meeting, person=ann, answer="yes", via="web")

    dated = date_back(meeting, starts=meeting.starts.replace(tzinfo=None) - MONTH, by=OPERATOR, via="test")

    rsvp.refresh_from_db()
    assert dated.is_over
    assert rsvp.said_at < dated.starts_at
    assert Event.objects.filter(kind="meeting.dated").count() == 1


def test_nothing_is_dated_ahead_and_organisers_date_nothing():
    olga = make.person("Olga")
    meeting = make.meeting(make.group(owner=olga))
    starts = meeting.starts.replace(tzinfo=None)

    with pytest.raises(Refused):
        date_back(meeting, starts=starts + MONTH, by=OPERATOR, via="test")
    with pytest.raises(NotAllowed):
        date_back(meeting, starts=starts - MONTH, by=olga, via="web")
    with pytest.raises(NotAllowed):
        take_as_announced(meeting, by=olga, via="web")

    meeting.refresh_from_db()
    assert meeting.starts_at > now()
    assert meeting.announced_at is None


def test_what_is_known_is_not_announced_again():
    group = make.group()
    topic = make.topic(group, title="A room for December")
    meeting = make.meeting(group)

    take_as_announced(meeting, topic=topic, by=OPERATOR, via="test")

    assert announce(meeting).topic == topic
    assert Event.objects.filter(kind="meeting.taken_as_announced").count() == 1
    elsewhere = make.topic(make.group(owner=make.person("Else"), slug="other"))
    with pytest.raises(Refused):
        take_as_announced(meeting, topic=elsewhere, by=OPERATOR, via="test")
    assert Meeting.objects.get().topic == topic
