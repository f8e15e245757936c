"""Calendars and rules that nobody here wrote."""

import email
import re
from collections import Counter
from datetime import datetime, timedelta

from folkmoot.kit.ical import read, read_reply, write
from folkmoot.kit.recurrence import between, parse
from folkmoot.kit.tests.test_recurrence import compare

NO_CALENDAR = {"overlaps.ics", "2.ics"}  # cut at both ends; and one that begins with XCALENDAR, of many by that name


def test_each_calendar_is_read_and_what_we_make_of_it_is_read_again(corpora, capsys):
    count, problems, refused = Counter(), Counter(), set()
    for path in sorted(corpora.glob("ics/**/*.ics")):
        try:
            found = read(path.read_bytes(), zone="Europe/Berlin")
        except ValueError:
            refused.add(path.name)
            continue
        count += Counter(files=1, entries=len(found.entries), series=sum(bool(one.rule) for one in found.entries))
        problems += Counter(one.kind for one in found.problems)
        again = read(write(found.entries).encode(), zone="Europe/Berlin")
        assert list(map(gist, again.entries)) == list(map(gist, found.entries)), path
    with capsys.disabled():
        print(f"\n{dict(count)}\nproblems: {dict(problems)}")

    assert refused == NO_CALENDAR
    assert count["files"] > 300
    assert count["entries"] > 4_000


def gist(entry):
    """Whole days are days wherever they are."""
    return entry.uid, entry.starts, "" if entry.is_all_day else entry.zone, entry.ends, entry.rule, entry.title


def test_each_answer_to_an_invitation_is_read_and_nothing_else_is(corpora):
    answers, reasons = Counter(), Counter()
    for path in sorted(corpora.glob("imip/**/*")):
        for raw in calendars_in(path):
            try:
                answers[read_reply(raw).answer] += 1
            except ValueError as error:
                reasons[str(error)] += 1

    assert answers.keys() <= {"yes", "maybe", "no"}
    assert sum(answers.values()) >= 2
    assert {reason.split(" but ")[0] for reason in reasons} <= {"not a reply"}, reasons


def calendars_in(path):
    if not path.is_file():
        return
    for part in email.message_from_bytes(path.read_bytes()).walk():
        if part.get_content_type() == "text/calendar":
            yield part.get_payload(decode=True)


def cases(corpora):
    text = (corpora / "ics/libical-recurrence/icalrecur_test.out").read_text()
    for block in text.split("\n\n"):
        said = dict(line.split(":", 1) for line in block.splitlines() if ":" in line and line[0] != "#")
        if "RRULE" in said:
            yield said


def test_rules_give_the_times_that_libical_lists(corpora):
    """All but those by the hour, which are none of ours, and those that the first time does not fit.

    That one is always one of the series, and counts (RFC 5545, 3.8.5.3); libical leaves it out.
    """
    outcome = Counter(map(outcome_of, cases(corpora)))

    assert outcome == {"the same": 60, "the first one more": 5, "refused: HOURLY": 3, "refused: MINUTELY": 2}


def outcome_of(said):
    expected = [wall(one) for one in re.findall(r"\d{8}T\d{6}Z?", said["INSTANCES"])]
    first, start = wall(said["DTSTART"]), wall(said.get("START-AT", said["DTSTART"]))
    try:
        rule = parse(said["RRULE"])
    except ValueError:
        return "refused: " + re.search("FREQ=([A-Z]+)", said["RRULE"])[1]
    ours = between(rule, first, start=start, end=expected[-1] + timedelta(days=1))
    if ours[: len(expected)] == expected:
        return "the same"
    return "the first one more" if ours == [first, *expected][: rule.count] else f"{said}: {ours}"


def wall(text):
    return datetime.fromisoformat(text.rstrip("Z"))


def test_ten_thousand_random_series_are_the_same_for_who_walks_over_the_days():
    compare("many", 10_000)
