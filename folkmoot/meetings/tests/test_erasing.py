from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.operations import answer, erase_answers
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
