"""Real meetings of real groups: all are brought, and what is counted is what the collection says of itself."""

import csv
import json
import lzma
from collections import Counter
from datetime import datetime

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.meetings.models import Meeting, Venue
from folkmoot.meetings.operations import bring_meetings_along
from folkmoot.meetings.plans import of_list
from tests import make

BY = {"by": OPERATOR, "via": "test"}


def test_the_meetings_of_98_groups_come_as_they_were(corpora):
    with lzma.open(corpora / "events/rladies/events.jsonl.xz") as packed:
        rows = [json.loads(line) for line in packed]
    of_group = {}
    for row in rows:
        of_group.setdefault(row["group"]["urlname"], []).append(row)
    zones = {
        one["urlname"]: one.get("timezone")
        for one in json.loads((corpora / "events/rladies/chapters.json").read_bytes())
    }
    done = Counter()
    for number, (name, theirs) in enumerate(sorted(of_group.items())):
        group = make.group(slug=f"g{number}", time_zone=zones.get(name) or "UTC")
        plans, troubles = of_list(json.dumps(theirs).encode(), zone=group.time_zone)
        brought = bring_meetings_along(group, plans, **BY)
        done += Counter(new=brought.new, refused=len(brought.refused), troubles=len(troubles))

    assert len(of_group) == 98
    assert done == {"new": 2_247}
    assert Meeting.objects.exclude(cancelled_at=None).count() == 69
    known = {one.uid: one for one in Meeting.objects.all()}
    assert all(known[row["id"]].starts_at == datetime.fromisoformat(row["dateTime"]) for row in rows)
    assert sum(one.counted for one in known.values()) == sum(row["rsvps"]["yesCount"] for row in rows)
    assert max(one.counted for one in known.values()) == 416
    assert (Venue.objects.count(), sum(one.venue_id is None for one in known.values())) == (625, 1_025)
    assert len({one.zone for one in known.values()}) == 53


@pytest.mark.parametrize("name", ["events/r-user-groups/rugs.csv", "events/carpentries/all_workshops.csv"])
def test_tables_that_are_no_lists_of_meetings_are_named_row_by_row(corpora, name):
    data = (corpora / name).read_bytes()

    plans, troubles = of_list(data, zone="UTC")

    assert plans == []
    assert len(troubles) == len(list(csv.DictReader(data.decode("utf-8-sig", errors="replace").splitlines(True))))
