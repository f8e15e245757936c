from datetime import datetime

import pytest
from django.utils.translation import override

from folkmoot.kit import recurrence
from folkmoot.meetings.repeating import Repeats, choice_of, rule_of
from folkmoot.meetings.words import rule_in_words, zone_in_words

TUESDAY = datetime.fromisoformat("2026-07-21T19:00")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day at 19:00, Berlin time"),
        ("FREQ=WEEKLY", "every Tuesday at 19:00, Berlin time"),
        ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=5", "every Tuesday and Thursday at 19:00, Berlin time, 5 times"),
        ("FREQ=WEEKLY;INTERVAL=2", "every 2 weeks on Tuesday at 19:00, Berlin time"),
        ("FREQ=MONTHLY;BYDAY=3TU", "every third Tuesday of the month at 19:00, Berlin time"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=3", "every third Tuesday of the month at 19:00, Berlin time"),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO", "every first Monday and third Monday of the month at 19:00, Berlin time"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every last Friday of the month at 19:00, Berlin time"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "every 2 months on the last Friday at 19:00, Berlin time"),
        ("FREQ=MONTHLY", "on day 21 of every month at 19:00, Berlin time"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "on the last day of every month at 19:00, Berlin time"),
        ("FREQ=YEARLY;UNTIL=20300101", "every year on 21 July at 19:00, Berlin time, until 1 Jan 2030"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "by a rule of their own at 19:00, Berlin time"),
        ("FREQ=YEARLY;BYWEEKNO=20", "by a rule of their own at 19:00, Berlin time"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "by a rule of their own at 19:00, Berlin time"),
    ],
)
def test_a_rule_is_said_in_words(rule, words):
    assert rule_in_words(recurrence.parse(rule), TUESDAY, "Europe/Berlin") == words


def test_it_is_said_in_german():
    with override("de"):
        said = rule_in_words(recurrence.parse("FREQ=MONTHLY;BYDAY=3TU"), TUESDAY, "Europe/Berlin")

    assert said == "jeden dritten Dienstag im Monat um 19:00 Uhr, Zeit in Berlin"


def test_a_zone_is_named_by_its_town():
    assert zone_in_words("America/Argentina/Buenos_Aires") == "Buenos Aires time"
    assert zone_in_words("UTC") == "UTC"


@pytest.mark.parametrize("choice", [one for one in Repeats if one not in {Repeats.ONCE, Repeats.KEPT}])
def test_what_a_form_offers_is_recognised_again(choice):
    rule = rule_of(choice, TUESDAY, until=None, count=4)

    assert choice_of(recurrence.parse(rule), TUESDAY) == choice
    assert rule.endswith("COUNT=4")


def test_a_rule_that_no_form_offers_is_kept():
    rare = recurrence.parse("FREQ=WEEKLY;BYDAY=MO,TH")

    assert choice_of(rare, TUESDAY) == Repeats.KEPT
    assert rule_of(Repeats.KEPT, TUESDAY, until=TUESDAY.date(), count=None, kept="FREQ=WEEKLY;BYDAY=MO,TH") == (
        "FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20260721T235959"
    )
    assert rule_of(Repeats.ONCE, TUESDAY, until=None, count=None) == ""
