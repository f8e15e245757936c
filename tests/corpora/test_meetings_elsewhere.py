"""Real meetings of real groups: all are brought, and what is counted is what the collection says of itself."""

import csv
import json
import lzma
from collections import Counter
from datetime import datetime

import yaml

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.elsewhere import read_meetings
from folkmoot.meetings.models import AgendaItem, Meeting, Proposal, Venue
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


def test_the_meetings_of_41_groups_come_with_their_talks(corpora):
    done, videos, events = Counter(), [], {}
    for number, folder in enumerate(sorted((corpora / "events/rubyevents").glob("*/*/"))):
        group = make.group(slug=f"g{number}")
        plans, remarks = read_meetings(folder, zone="UTC", hour=None)
        brought = bring_meetings_along(group, plans, **BY)
        again = bring_meetings_along(group, plans, **BY)
        done += Counter(new=brought.new, talks=brought.talks, refused=len(brought.refused))
        done += Counter(doubled=again.new + again.changed + again.talks + again.venues, same=again.same)
        done += Counter(unread=sum(one.startswith(("videos.yml", "event.yml")) for one in remarks))
        event = yaml.load((folder / "event.yml").read_bytes(), Loader=yaml.BaseLoader)
        for entry in yaml.load((folder / "videos.yml").read_bytes(), Loader=yaml.BaseLoader) or []:
            videos.append(entry)
            events[entry["id"]] = event

    talks = [talk for entry in videos for talk in entry.get("talks", [entry])]
    assert (len(videos), len(talks)) == (411, 689)
    assert done == {"new": 411, "talks": 689, "same": 411}
    known = {one.uid: one for one in Meeting.objects.select_related("venue")}
    assert {uid: f"{one.starts:%Y-%m-%d}" for uid, one in known.items()} == {one["id"]: one["date"] for one in videos}
    assert sum(one.is_whole_days for one in known.values()) == sum("time" not in one for one in videos) == 406
    there = {one["id"]: events[one["id"]]["timezone"] for one in videos if "location" not in one}
    assert {uid: known[uid].zone for uid in there} == there
    speakers = {one["id"]: ", ".join(one["speakers"]) for one in talks}
    assert dict(Proposal.objects.values_list("uid", "speaker_name")) == speakers
    assert not Proposal.objects.exclude(speaker=None).exists()
    assert_recordings(videos)
    assert_places(known, videos, events)


def assert_recordings(videos):
    """What is at YouTube or a file of its own has its address; what is a part of a longer one has that one's."""
    own = [one for entry in videos for one in entry.get("talks", [entry])]
    parts = [one for entry in videos if entry["video_provider"] == "youtube" for one in entry.get("talks", [])]
    youtube = sum(one["video_provider"] == "youtube" for one in own)
    files = [one["video_id"] for one in own if one["video_provider"] == "mp4"]
    part = sum(one["video_provider"] == "parent" for one in parts)
    rows = AgendaItem.objects.exclude(recording="")
    assert rows.count() == youtube + len(files) + part
    assert Counter(rows.exclude(recording__contains="youtube.com").values_list("recording", flat=True)) == Counter(
        files
    )


def assert_places(known, videos, events):
    """Where the data gives coordinates of a town, a meeting has them; a country or a continent is no place."""
    nowhere = {"online", "Unknown", "Europe", "Romania", "Mexico"}
    location = {one["id"]: one.get("location", events[one["id"]]["location"]) for one in videos}
    assert {uid for uid, one in known.items() if one.venue is None} == {
        uid for uid, said in location.items() if said in nowhere
    }
    for one in videos:
        event = events[one["id"]]
        if "location" not in one and event["location"] not in nowhere and event["id"] != "winnipeg-rb-meetup":
            venue, point = known[one["id"]].venue, event["coordinates"]
            assert (venue.name, venue.latitude) == (event["location"], float(point["latitude"]))


def test_the_workshops_of_the_carpentries_come_with_counts_places_and_zones(corpora):
    data = (corpora / "events/carpentries/all_workshops.csv").read_bytes()
    rows = list(csv.DictReader(data.decode().splitlines()))
    group = make.group(time_zone="Antarctica/Troll")

    plans, remarks = of_list(data, zone=group.time_zone)
    brought, again = (bring_meetings_along(group, plans, **BY) for _time in range(2))

    assert (brought.new, brought.refused, again.new, again.same) == (1_869, [], 0, 1_869)
    known = {one.uid: one for one in Meeting.objects.select_related("venue")}
    assert {uid: f"{one.starts:%Y-%m-%d}" for uid, one in known.items()} == {
        row["slug"]: row["start_date"] for row in rows
    }
    silent = {row["slug"] for row in rows if row["attendance"] in {"", "0"} and "unresponsive" in row["tag_name"]}
    counted = {row["slug"]: int(row["attendance"]) for row in rows if row["attendance"] and row["slug"] not in silent}
    assert {uid: one.counted for uid, one in known.items() if one.counted is not None} == counted
    assert (len(counted), sum(counted.values())) == (1_597, sum(int(row["attendance"] or 0) for row in rows))
    online = {row["slug"] for row in rows if row["country"] == "W3" or row["latitude"] == "-48.876667"}
    assert {uid for uid, one in known.items() if one.venue is None} == online
    clocks = {"GB": "Europe/London", "NZ": "Pacific/Auckland", "ZA": "Africa/Johannesburg", "DE": "Europe/Berlin"}
    clocks |= {"ET": "Africa/Addis_Ababa", "FR": "Europe/Paris", "NO": "Europe/Oslo", "IN": "Asia/Kolkata"}
    whole = [row for row in rows if row["longitude"] and row["slug"] not in online]
    astray = {
        "2017-05-15-UNIVENDA",
        "2014-10-13-geosim",
    }  # their coordinates are on other continents than their country
    of_country = {row["slug"]: clocks[row["country"]] for row in whole if row["country"] in clocks}
    assert {uid: known[uid].zone for uid in of_country.keys() - astray} == {
        uid: zone for uid, zone in of_country.items() if uid not in astray
    }
    assert {known[uid].zone for uid in astray} == {group.time_zone}
    assert not [one for one in remarks if one[0].isdigit()]


def test_a_directory_of_groups_is_named_as_such_row_by_row(corpora):
    data = (corpora / "events/r-user-groups/rugs.csv").read_bytes()
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))

    plans, (advice, *remarks) = of_list(data, zone="UTC")

    assert (plans, len(remarks), len(rows)) == ([], 878, 878)
    assert "list of groups" in advice
    for number, (row, remark) in enumerate(zip(rows, remarks, strict=True), start=1):
        assert remark.startswith(f"{number}: the group “{row['name'][:80]}")
        assert f"{row['members']} members, past meetings: {row['past_events']}," in remark
