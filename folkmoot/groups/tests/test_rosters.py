"""Lists as other programs save them: who is found in them, and that no list is too odd to be read."""

import csv
import io
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from folkmoot.groups import rosters
from folkmoot.kit.errors import Refused

MAILMAN = 'Ann Example <ann@example.org>\nDoe, Jo <jo@example.org>\nkim@example.org\n"Ö. Groß" <oe@example.org>\n'
GOOGLE = (
    "Members for group tarn\n"
    "Email address,Nickname,Group status,Email status,Email preference,Posting permissions,"
    "Join year,Join month,Join day\n"
    "ann@example.org,Ann,owner,,email,allowed,2012,3,4\n"
    "bob@example.org,,member,,no email,allowed,2013,12,24\n"
    "eve@example.org,,banned,,email,,2013,1,1\n"
    "old@example.org,,member,bouncing,email,,2013,1,1\n"
)
GROUPS_IO = (
    "Email,Display Name,Username,Role,Subscription,Joined\n"
    "ann@example.org,Ann,ann,Owner,Individual Messages,2019-04-05\n"
    "bob@example.org,,bob,,Full Digest,2019-04-05\n"
    "kim@example.org,,kim,,Special Notices Only,2019-04-05\n"
)
MEETUP = "Name\tUser ID\tMember ID\tLocation\tJoined Group on\nAnn\tu1\t2\tBochum\t11/25/2019\n"
DISCOURSE = (
    "id,name,username,email,title,created_at,last_seen_at,suspended_at\n"
    "1,Ann,ann,ann@example.org,,2019-01-02 10:11:12 UTC,2020-01-01,\n"
    "2,,bob,bob@example.org,,2019-01-02 10:11:12 UTC,,2020-02-03 10:00:00 UTC\n"
)
CLUB = (
    "sep=;\nNr.;Vorname;Nachname;E-Mail-Adresse;Mitglied seit;Zustellung;Einwilligung;Ort\n"
    "1;Jürgen;Groß;JG@example.org;3.4.2015;keine;ja;Köln\n2;Åsa;Öberg;asa@example.org;;;nein;\n3;;;;;;;Essen\n"
)


def found(text, **more):
    entries = rosters.read(text, **more).entries
    return [(one.line, one.address, one.name) for one in entries if not one.trouble and not one.same_as]


def troubled(text):
    return {one.line: str(one.trouble) for one in rosters.read(text).entries if one.trouble}


def test_a_plain_list_has_one_person_a_line_whatever_is_in_their_names():
    assert found(MAILMAN) == [
        (1, "ann@example.org", "Ann Example"),
        (2, "jo@example.org", "Doe, Jo"),
        (3, "kim@example.org", ""),
        (4, "oe@example.org", "Ö. Groß"),
    ]


def test_addresses_copied_from_a_letter_are_each_a_person():
    line = "ann@example.org, Bob B <bob@example.org>; kim@example.org"
    assert found(line) == [(1, "ann@example.org", ""), (1, "bob@example.org", "Bob B"), (1, "kim@example.org", "")]


def test_an_address_for_a_name_makes_nobody_twice():
    assert found("x@example.org <x@example.org>\ny@example.org <y@example.org>\n") == [
        (1, "x@example.org", ""),
        (2, "y@example.org", ""),
    ]


def test_a_lone_quote_swallows_nobody():
    assert [
        one[1] for one in found('name;mail\n";ann@example.org\n"Bob";bob@example.org\n"Kim";kim@example.org\n')
    ] == [
        "ann@example.org",
        "bob@example.org",
        "kim@example.org",
    ]


def test_google_groups_say_how_somebody_reads_since_when_and_who_was_banned():
    ann, bob, eve, old = rosters.read(GOOGLE).entries

    assert (ann.name, ann.mail, ann.since, "owner" in str(ann.remark)) == ("Ann", "each", date(2012, 3, 4), True)
    assert (bob.mail, bob.since, bob.remark) == ("none", date(2013, 12, 24), "")
    assert all(str(one.trouble) for one in (eve, old))


def test_digests_and_notices_only_read_on_the_web_here():
    ann, bob, kim = rosters.read(GROUPS_IO).entries

    assert (ann.mail, bob.mail, kim.mail) == ("each", "none", "none")
    assert "digest" in str(bob.remark)
    assert (ann.since, bob.name) == (date(2019, 4, 5), "bob")


def test_meetup_tells_no_addresses_so_each_is_named():
    assert "Ann" in troubled(MEETUP)[2]
    assert found(MEETUP) == []


def test_discourse_says_who_is_suspended():
    assert found(DISCOURSE) == [(2, "ann@example.org", "Ann")]
    assert list(troubled(DISCOURSE)) == [3]


def test_a_clubs_own_table_in_german_with_fields_of_the_group():
    roster = rosters.read(CLUB, fields={"town": ["Ort"]})
    first, second, third = roster.entries

    assert (first.address, first.name, first.mail) == ("jg@example.org", "Jürgen Groß", "none")
    assert (first.since, first.values) == (date(2015, 4, 3), {"town": "Köln"})
    assert "agreed" in str(second.trouble)
    assert third.trouble
    assert roster.ignored == ["Nr."]


def test_what_we_write_ourselves_is_read_again():
    ours = "name,address,role,mail,since,handle,side,organization,status,arrived,town\n"
    ours += "'=Ann,ann@example.org,member,none,2020-01-01,ann,,,quiet,joined,Bonn\n"
    (entry,) = rosters.read(ours, fields={"town": ["town"]}).entries

    assert (entry.name, entry.address, entry.mail, entry.values) == (
        "=Ann",
        "ann@example.org",
        "none",
        {"town": "Bonn"},
    )


def test_the_column_of_addresses_is_found_though_it_has_no_name_we_know():
    assert [one[:2] for one in found("wer,wohin\nAnn,ann@example.org\nBob,bob@example.org\n")] == [
        (2, "ann@example.org"),
        (3, "bob@example.org"),
    ]


def test_whoever_stands_in_it_twice_is_one_and_the_later_row_fills_in():
    first, second = rosters.read(
        "email,name,town\nA@example.org,,\na@example.org,Ann,Bonn\n", fields={"town": ["Town"]}
    ).entries

    assert (first.name, first.values, second.same_as) == ("Ann", {"town": "Bonn"}, 2)


@pytest.mark.parametrize("day", ["2015-04-03", "3.4.2015", "2015-04-03T10:00:00Z", "April 3, 2015", "2015/04/03"])
def test_days_are_read_as_people_write_them(day):
    assert rosters.read(f'email,joined\na@example.org,"{day}"\n').entries[0].since == date(2015, 4, 3)


def test_a_day_to_come_and_one_that_is_none_are_left_out():
    assert [one.since for one in rosters.read("email;seit\na@b.de;1.1.2999\nb@b.de;bald\n").entries] == [None, None]


@given(st.binary(max_size=300))
@example(b"email\n\xff\xfe")
@example(b'"')
@example(b"sep=;")
def test_no_bytes_are_too_odd_and_each_row_has_its_answer(raw):
    for entry in rosters.read(raw).entries:
        assert entry.line >= 1
        assert bool(entry.trouble) or "@" in entry.address


NAMES = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=10)
PEOPLE = st.lists(NAMES, min_size=1, max_size=20, unique=True)


@given(PEOPLE, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from(",;\t"), st.booleans())
def test_whatever_their_names_all_of_them_are_found(names, encoding, by, has_head):
    out = io.StringIO()
    table = csv.writer(out, delimiter=by)
    if has_head:
        table.writerow(["Name", "E-Mail"])
    table.writerows([name, f"p{number}@example.org"] for number, name in enumerate(names))

    entries = rosters.read(out.getvalue().encode(encoding)).entries

    assert [(one.address, one.name, str(one.trouble)) for one in entries] == [
        (f"p{number}@example.org", name, "") for number, name in enumerate(names)
    ]


HOSTILE = {
    "tabs": ("ann@example.org" + "\t" * 1_000_000 + 'x"', 1),
    "closing angles": (("a@b.de <" + ">" * 1_900 + "\n") * 500, 500),
    "at signs in an angle": (("Ann <" + "@" * 2_000 + "\n") * 500, 500),
    "one long angle": ("Ann <" + "@" * 1_000_000, 1),
    "words without an address": (("x" * 2_000 + "\n") * 500, 500),
    "brackets": ("mail,status\n" + "".join(f"a@b.de,{'(' * 1_900}{n}\n" for n in range(500)), 500),
}


@pytest.mark.parametrize(("text", "rows"), HOSTILE.values(), ids=HOSTILE)
def test_a_list_that_wants_to_be_read_for_hours_is_gone_through_once(text, rows):
    """Whoever tries again from each letter of these is busy for long, with some for days."""
    assert len(rosters.read(text).entries) == rows


def test_names_and_addresses_of_a_line_belong_together_whatever_stands_between_them():
    line = "a@example.org Ann B <ann@example.org>, <kim@example.org> bob@example.org;Doe <x> Jo <jo@example.org>"
    assert [one[1:] for one in found(line)] == [
        ("a@example.org", ""),
        ("ann@example.org", "Ann B"),
        ("kim@example.org", ""),
        ("bob@example.org", ""),
        ("jo@example.org", "Jo"),
    ]


def test_people_are_counted_not_lines():
    with pytest.raises(Refused):
        rosters.read(", ".join(f"p{n}@example.org" for n in range(rosters.MOST_ROWS + 1)))
    assert len(rosters.read(", ".join(f"p{n}@example.org" for n in range(2_000))).entries) == 2_000


def test_a_table_of_too_many_columns_is_refused():
    with pytest.raises(Refused):
        rosters.read("a," * rosters.MOST_COLUMNS + "mail\n" + "x," * rosters.MOST_COLUMNS + "ann@example.org\n")
