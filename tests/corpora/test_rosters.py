"""Tables and lists of people that nobody here wrote: all are read without a hand edit, each row has its answer."""

import csv
import email
import email.utils
from email import policy

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.operations import import_members, rehearse_import
from folkmoot.groups.rosters import read
from folkmoot.kit import mbox
from tests import make


def tables(corpora):
    rosters = [path for path in corpora.rglob("*") if path.parent.name == "rosters" and path.is_file()]
    return sorted(rosters + list(corpora.rglob("*.csv")))


def test_each_table_is_read_and_each_row_has_its_answer(corpora):
    paths = tables(corpora)
    assert paths

    for path in paths:
        raw = path.read_bytes()
        entries = read(raw).entries
        addresses = {one.address for one in entries if one.address}
        assert all(one.trouble or one.same_as or one.address for one in entries), path
        if path.suffix == ".csv" and b"@" not in raw:  # of groups or answers, not of people
            rows = [row for row in csv.reader(raw.decode("utf-8-sig").splitlines()) if any(row)]
            assert all(str(one.trouble) for one in entries), path
            assert len(entries) >= len(rows) - 1 - sum("\n" in cell for row in rows for cell in row), path
        assert all("@" in one for one in addresses), path


def senders(corpora):
    """A list's people as its letters name them."""
    found = {}
    for path in sorted((corpora / "mail-archives").glob("usrp-users/20*")):
        for message in mbox.messages(mbox.open_mbox(path)):
            head = email.message_from_bytes(message.raw.partition(b"\n\n")[0], policy=policy.compat32)
            name, address = email.utils.parseaddr(str(head["From"] or "").replace("\n", " "))
            if "@" in address:
                found.setdefault(address.lower(), name)
    return found


@pytest.mark.database
def test_all_who_wrote_to_a_list_come_in_from_a_plain_list_and_a_table(corpora):
    people = senders(corpora)
    plain = "".join(f"{name} <{address}>\n" for address, name in people.items() if "=?" not in name)
    group, other = make.group(), make.group(slug="fen")
    wide = "Name;E-Mail\r\n" + "".join(
        f'"{name}";{address}\r\n'.replace('""', '"') for address, name in people.items() if '"' not in name
    )

    told = rehearse_import(group, plain.encode(), are_agreed=True, by=OPERATOR)
    done = import_members(group, plain.encode(), are_agreed=True, by=OPERATOR, via="command")
    table = import_members(other, wide.encode("utf-16"), are_agreed=True, by=OPERATOR, via="command")

    assert told.facts()["rows"] == done.facts()["rows"]
    for report, text in ((done, plain), (table, wide)):
        taken = sum(n for outcome, n in report.counts.items() if outcome in {"added", "same"})
        assert taken + report.counts.get("refused", 0) == len(text.splitlines()) - bool(text == wide)
        assert report.counts["added"] > 250
        assert report.counts.get("refused", 0) < 10
        assert all(str(fate.why) for fate in report.fates if fate.outcome == "refused")


@pytest.mark.database
def test_ten_thousand_come_in_with_some_hundred_questions(corpora, django_assert_max_num_queries):
    group = make.group()
    rows = "name,email,joined\n" + "".join(f"Person {n},p{n}@example.net,2019-01-02\n" for n in range(10_000))

    with django_assert_max_num_queries(1_500):
        import_members(group, rows, are_agreed=True, by=OPERATOR, via="command")

    assert group.memberships.current().count() == 10_001
