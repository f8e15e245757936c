"""Rows: how long it takes to decide who may, to find the newest that somebody may read, and to show a table of members.

There is no floor to these: what is asked is a time. Beside each stands the least and the most of what was asked.
"""

import time

from bench.options import Options
from bench.server import Installation, installation
from bench.table import Row, Series

GROUPS, MEMBERSHIPS, TOPICS, MEMBERS = 1_000, 1_000_000, 1_000_000, 100_000
LISTED, LONGEST = 10_000, 30  # people of a CSV file; seconds
READERS = {
    "nobody": "a stranger",
    "quiet": "a member of one quiet group",
    "many": "a member of 400 groups",
    "root": "an owner of the group above all",
}


def rows(options: Options) -> list[Row]:
    with installation(postgres=options.postgres) as ours:
        share = min(1.0, options.posts / TOPICS)  # fewer for a quick look
        sizes = [int(share * one) for one in (MEMBERSHIPS, TOPICS)]
        filled = ours.run("bench.crowd", "fill", GROUPS, *sizes)
        made = [*_deciding(ours), *_newest(ours, filled)]
        count = ours.run("bench.crowd", "members", int(share * MEMBERS))["members"]
        return [*made, _table(ours, count), _list(ours)]


def _deciding(ours: Installation) -> list[Row]:
    found = ours.run("bench.crowd", "decide")
    is_met = found["us"] < 50 and found["queries"] <= 2
    notes = [f"{found['queries']} queries when nothing is known yet"]
    took = Series([found["us"]], "µs", 1)
    return [Row("Whether somebody may, asked again", took, target="< 50 µs, ≤ 2 queries cold", met=is_met, notes=notes)]


def _newest(ours: Installation, filled: dict[str, int]) -> list[Row]:
    size = "{groups:,} groups, {memberships:,} memberships, {topics:,} topics".format(**filled)
    asked = ours.run("bench.crowd", "ask")
    return [
        Row(
            f"The newest 50 of {size}, for {READERS[name]}",
            Series(found["ms"], "ms", 1),
            target="< 10 ms",
            met=Series(found["ms"]).median < 10,
            notes=[f"channels: {found['plan']}"],
        )
        for name, found in asked.items()
    ]


def _table(ours: Installation, members: int) -> Row:
    took = ours.run("bench.crowd", "table")
    notes = [", ".join(f"{asked}: {ms:.1f} ms" for asked, ms in took.items())]
    what = f"A page of the table of {members:,} members, the slowest of {len(took)} ways to narrow it"
    return Row(
        what, Series([max(took.values())], "ms", 1), target="< 100 ms", met=max(took.values()) < 100, notes=notes
    )


def _list(ours: Installation) -> Row:
    """Take in the people of a CSV file by command, the start of the program and all."""
    people = (f"Person {n},p{n}@example.net,2019-01-02\n" for n in range(LISTED))
    file = ours.home / "people.csv"
    file.write_text("name,email,joined\n" + "".join(people))
    began = time.perf_counter()
    done = ours.run("folkmoot", "member", "import", file, "--group", "many", "--agreed", "--json")
    took = time.perf_counter() - began
    if done["added"] != LISTED:
        raise RuntimeError(f"{done['added']} of {LISTED} people were taken in")
    is_met = took < LONGEST
    return Row(f"{LISTED:,} people of a CSV file", Series([took], "s", 1), target=f"< {LONGEST} s", met=is_met)
