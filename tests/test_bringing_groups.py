"""A group's package read in: the same group again, whatever stands in it; or a clear no that leaves nothing behind."""

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Address, Person
from folkmoot.accounts.operations import Comer, bring_people, erase, make_organization, settle_affiliations
from folkmoot.accounts.operations import merge as merge_people
from folkmoot.config.cli.packages import import_group
from folkmoot.config.packages import TABLES, pack
from folkmoot.config.personal import PARTS
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.conversations.models import Attachment, OldTopic, Post, StoredFile, Topic
from folkmoot.conversations.operations import (
    accept_answer,
    close_channel,
    edit,
    lock,
    main_channel,
    make_channel,
    merge,
    move,
    pin,
    react,
    report,
    settle,
    start_topic,
    take_back,
    vote,
)
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.groups.models import Group, HistoryEntry, Membership, PlacementRule, Responsibility, RoleGrant
from folkmoot.groups.operations import (
    add_member,
    begin_move,
    count_opening,
    deny,
    found,
    grant_role,
    import_members,
    make_role,
    name_side,
    place_all,
    remove_member,
    rename,
    sanction,
)
from folkmoot.meetings.models import (
    AgendaItem,
    Approval,
    Attendance,
    DateAnswer,
    DateChoice,
    DatePoll,
    Feedback,
    Interest,
    Minutes,
    Point,
    Proposal,
)
from folkmoot.meetings.operations import (
    add_venue,
    announce,
    answer,
    cancel,
    change_meeting,
    plan_series,
)
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from folkmoot.store import files, search
from folkmoot.store.keys import last_of
from folkmoot.store.packages import content_hash
from tests import make
from tests.planted import plant_governing


@pytest.fixture
def tarn(settings, tmp_path, transactional_db):
    """A group with all that is awkward, and two below each other."""
    settings.FILES = tmp_path / "kept"
    return awkward()


def awkward():
    olga, ann, bob, eve = (make.person(name) for name in ("Olga", "Ann", "Bob", "Eve"))
    group = make.group(ann, bob, eve, owner=olga, slug="tarn", joining="approval", question="Why?")
    company = make_organization(name="Acme Ltd", domains=["acme.example"], by=OPERATOR, via="test")
    name_side(group, company, side="customer", by=olga, via="test")
    below = found(founder=olga, name="Below", slug="below", parent=group, via="test")
    deep = found(founder=olga, name="Deep", slug="deep", parent=below, via="test")
    rename(below, slug="beneath", by=olga, via="test")
    plant_talk(group, below, olga, ann, bob, eve)
    plant_conduct(group, olga, ann, bob, eve)
    plant_meetings(group, below, olga, ann, bob)
    announce(group.meetings.in_order()[0])
    plant_move(group, olga, "ann@example.org")
    plant_governing(ann, group, make.person("Cid"))
    cus = make.person("Cus", address="cus@acme.example")
    settle_affiliations(cus, via="test")
    make.join(group, cus)
    leave_for_good(group, deep)
    assert group.memberships.get(person__name="Cus").side == "customer"
    return Group.objects.get(pk=group.pk)


def plant_talk(group, below, olga, ann, bob, eve):
    channel = make_channel(group, slug="ops", name="Ops", by=olga, via="test")
    type(channel).objects.filter(pk=channel.pk).update(allows_anonymous=True)
    channel.refresh_from_db()
    topic = make.topic(group, author=ann, title="Boats", body="**Which?** @bob knows, <script>alert(1)</script>")
    post = make.post(topic, author=bob, body="This one.")
    by_mail = make.post(topic, author=eve, body="> This one.\n\nYes.", via="mail")
    file = StoredFile.objects.create(sha256=files.keep(b"a boat"), size=6, kind="text/plain")
    Attachment.objects.create(post=by_mail, file=file, name="boat.txt", content_id="a@b")
    edit(post, by=bob, body="That one, @ann.", via="web")
    react(post, by=ann, kind="thanks", via="web")
    take_back(make.post(topic, author=eve, body="Rubbish."), by=eve, via="web")
    accept_answer(post, by=ann, via="web")
    asked = start_topic(channel, author=bob, title="Shy", body="Who?", via="web", is_anonymous=True)
    report(asked.posts.get(), by=ann, reason="other", words="unnamedreport", via="web")
    vote(make.poll(group, author=ann, kind="ranked"), [3, 1], person=bob, via="web")
    vote(make.poll(group, author=ann, is_secret=True), [2], person=bob, via="mail")
    other = make.topic(group, author=ann, title="Ropes", body="Which?")
    merge(other, into=make.topic(group, author=bob, title="Rigging", body="Ropes?"), by=olga, via="web")
    down = make.topic(group, author=ann, title="Below it goes", body="x")
    move(down, to=main_channel(below), by=olga, via="web")
    pin(topic, by=olga, via="web")
    lock(asked, by=olga, via="web")
    close_channel(channel, by=olga, via="web")


def plant_meetings(group, below, olga, ann, bob):
    hall = add_venue(group, name="Hall", latitude=52.5, longitude=13.4, by=olga, via="web")
    what = {"starts": in_a_week(), "venue": hall, "link": "https://meet.example.org/x", "by": olga, "via": "web"}
    series = plan_series(group, title="Open hour", rule="FREQ=MONTHLY;BYDAY=3TU", **what)
    first, second = series.meetings.order_by("slot")[:2]
    change_meeting(second, title="Party", by=olga, via="web")
    answer(first, person=ann, answer="yes", note="By bike", via="calendar")
    answer(first, person=bob, by=olga, answer="no", via="web")
    cancel(series.meetings.order_by("slot")[2], why="Ill", by=olga, via="web")
    make.meeting(below, title="Below", is_draft=True)
    talk = Proposal.objects.create(group=group, title="Knots", by=ann, speaker_name="Kay")
    Interest.objects.create(proposal=talk, person=bob)
    point = Point.objects.create(group=group, meeting=first, sort="action", words="Buy rope", owner=bob)
    AgendaItem.objects.create(meeting=first, position=1, title="Knots", proposal=talk, point=point)
    Attendance.objects.create(meeting=first, name="Walk In", key="k1", came_at=now(), via="web")
    written = Minutes.objects.create(meeting=first, body="We met.")
    Approval.objects.create(minutes=written, person=ann)
    Feedback.objects.create(meeting=first, person=ann, rating=5)
    poll = DatePoll.objects.create(group=group, title="When?", zone="Europe/Berlin", by=olga)
    choice = DateChoice.objects.create(poll=poll, starts_at=now())
    DateAnswer.objects.create(choice=choice, person=ann, answer="if", via="web")


def plant_move(group, olga, address):
    """It comes over from an old place, with somebody whose address is on a list."""
    there = {"name": "Old place", "address": "https://old.example/tarn", "members": 9}
    count_opening(begin_move(group, **there, by=olga, via="test"))
    import_members(group, address, are_agreed=True, is_moved=True, by=olga, via="test")


def in_a_week():
    return (now() + timedelta(days=7)).replace(tzinfo=None, hour=19, minute=0)


def plant_conduct(group, olga, ann, bob, eve):
    shout = make.post(Topic.objects.get(title="Boats"), author=eve, body="Shout!")
    report(shout, by=bob, reason="attack", words="namedreport", via="web")
    case = group.moderation_cases.get(person=eve)
    settle(case, by=olga, via="web", kind="hold", days=3, reason="Shouting", takes_back=True)
    sanction(group, bob, kind="suspend", reason="Noise", days=2, by=olga, via="web")
    deny(ann, group=group, permission="topics.post", reason="Quiet", by=olga, via="web")
    role = make_role(group, name="Scribe", by=olga, via="web")
    grant_role(group.memberships.get(person=ann), role=role, by=olga, via="web")
    Responsibility.objects.create(
        group=group, name="Venue", slug="venue", role=role, holder=group.memberships.get(person=bob)
    )


def leave_for_good(group, deep):
    gone, twin, dan = make.person("Gone"), make.person("Twin"), make.person("Dan")
    for one in (gone, twin, dan):
        add_member(group, address=f"{one.handle}@example.org", by=OPERATOR, via="test")
        make.topic(group, author=one, title=f"By {one.name}", body="Hi.")
    erase(gone, keep_words=True, by=gone, via="web", hinder=[part.let_go for part in PARTS])
    merge_people(twin, into=dan, by=OPERATOR, via="test")
    remove_member(group.memberships.get(person=dan), why="Moved", by=OPERATOR, via="test")
    drain(SUBSCRIBERS)


def wipe():
    """As a new installation: no rows, no files."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM post_search")
    call_command("flush", interactive=False, verbosity=0)


def bring(path, *options):
    done = CliRunner().invoke(import_group, [str(path), "--json", *options])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def state():
    watched = {table.model for table in TABLES} | {Person, Address, StoredFile, Event, OutgoingLetter}
    return {model._meta.label: model.objects.count() for model in watched}


def parts_of(path):
    with ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def repack(parts, path):
    """Write a package whose hashes are true, whatever its parts say."""
    counted = {name: one for name, one in parts.items() if not name.startswith(("mbox/", "package", "numbers"))}
    hashes = {name: sha256(one).hexdigest() for name, one in counted.items()}
    about = json.loads(parts["package.json"]) | {"parts": hashes, "content_hash": content_hash(hashes)}
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for name, one in {**parts, "package.json": json.dumps(about).encode()}.items():
            packed.writestr(name, one)
    return path


def changed(parts, part, number, **fields):
    """The parts with other fields in a row, by its line from 1."""
    rows = [json.loads(line) for line in parts[f"{part}.jsonl"].splitlines()]
    rows[number - 1] |= fields
    return {**parts, f"{part}.jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in rows)}


def refused(path, *options):
    """What it says; and no row is there that was not before."""
    before = state()
    done = CliRunner().invoke(import_group, [str(path), *options])
    assert done.exit_code == 3, (done.exit_code, done.output, done.exception)
    assert state() == before
    return done.output


def settings_files():
    return [path.name for path in Path(settings.FILES).rglob("*") if path.is_file()]


def test_it_is_the_same_group_again(tarn, settings, tmp_path, client):
    before = pack(tarn, tmp_path / "one.zip")
    pages = {topic.get_absolute_url(): topic.title for topic in Topic.objects.select_related("channel__group")}
    olds = set(OldTopic.objects.values_list("number", flat=True))
    wipe()
    settings.FILES = tmp_path / "elsewhere"

    said = bring(tmp_path / "one.zip")
    drain(SUBSCRIBERS)
    place_all()  # what the night makes of sides
    after = pack(Group.objects.get(slug="tarn"), tmp_path / "two.zip")

    assert {name for name in before.hashes if before.hashes[name] != after.hashes.get(name)} == set()
    assert said["content_hash"] == after.content_hash == before.content_hash
    one, two = parts_of(tmp_path / "one.zip"), parts_of(tmp_path / "two.zip")
    differing = {name for name in one if one[name] != two[name]}
    assert differing <= {"mbox/tarn.mbox"}  # letters may name another address of somebody, or less of what they answer
    assert {one.get_absolute_url(): one.title for one in Topic.objects.select_related("channel__group")} == pages
    assert set(OldTopic.objects.values_list("number", flat=True)) == olds
    assert not OutgoingLetter.objects.exists()
    assert not Person.objects.exclude(last_login=None).exists()
    assert not Address.objects.filter(verified=True).exists()
    assert not any(person.has_usable_password() for person in Person.objects.all())


PACKAGE = {}  # made once, for all tests that spoil it


@pytest.fixture
def package(settings, tmp_path):
    """The parts of a small group's package, brought to where nobody is."""
    settings.FILES = tmp_path / "kept"
    if not PACKAGE:
        with transaction.atomic():
            PACKAGE.update(parts_of(small(tmp_path / "package.zip")))
            transaction.set_rollback(True)
    settings.FILES = tmp_path / "elsewhere"
    return dict(PACKAGE)


def small(path):
    ann, bob = make.person("Ann"), make.person("Bob")
    group = make.group(bob, owner=ann, slug="tarn")
    below = found(founder=ann, name="Below", slug="below", parent=group, via="test")
    plant_meetings(group, below, ann, ann, bob)
    plant_move(group, ann, "bob@example.org")
    post = make.post(make.topic(group, author=ann, title="Boats", body="**Which?**"), author=bob, body="This.")
    file = StoredFile.objects.create(sha256=files.keep(b"a boat"), size=6, kind="text/plain")
    Attachment.objects.create(post=post, file=file, name="boat.txt")
    pack(group, path)
    return path


ROWS = {  # what is wrong: part, line, fields, what is said
    "an old place that is no address": ("moves", 1, {"address": "ftp://old.example/"}, "no address on the web"),
    "an old place where nobody was": ("moves", 1, {"members": 0}, "nobody was in the place"),
    "a link of elsewhere": ("moves", 1, {"link": 1}, "no field “link”"),
    "a way that is none": ("moved", 1, {"way": "force"}, "way"),
    "a field that nobody knows": ("posts", 1, {"id": 7}, "posts.jsonl, line 1: there is no field “id”"),
    "HTML of its own": ("posts", 1, {"html": "<script>"}, "no field “html”"),
    "a way to sign in": ("people", 1, {"password": "x"}, "no field “password”"),
    "an administrator": ("people", 1, {"administrator_since": "2020-01-01T00:00:00+00:00"}, "no field"),
    "a topic that is not there": ("posts", 1, {"topic": 99}, "line 1: topic: there is no row 99"),
    "a place before the first": ("posts", 1, {"topic": 0}, "there is no row 0"),
    "a place that is no number": ("posts", 1, {"topic": "1"}, "not what belongs here"),
    "truth for a number": ("posts", 1, {"topic": True}, "not what belongs here"),
    "nobody for an author": ("posts", 1, {"author": None}, "it needs an author"),
    "a stranger for an author": ("posts", 1, {"author": "eve"}, "eve is named, and not there"),
    "a moment without a zone": ("posts", 1, {"posted_at": "2020-01-01T00:00:00"}, "posted_at: it is no moment"),
    "a moment that is none": ("posts", 1, {"posted_at": "soon"}, "posted_at"),
    "a moment to come": ("posts", 1, {"posted_at": "2200-01-01T00:00:00+00:00"}, "it has not been said yet"),
    "a line break in a title": ("topics", 1, {"title": "Hi\nBcc: all"}, "not one line"),
    "a line break in an id": ("posts", 1, {"message_id": "<a@b>\r\nBcc: x"}, "no id of a letter"),
    "a null in a text": ("posts", 1, {"body": "a\x00b"}, "control characters"),
    "half of a character": ("posts", 1, {"body": "\ud800"}, "posts.jsonl, line 1"),
    "a text that is too long": ("posts", 1, {"body": "x" * 1_000_001}, "more than"),
    "a name that is too long": ("groups", 1, {"name": "x" * 101}, "more than 100"),
    "a kind that is none": ("groups", 1, {"visibility": "secret"}, "none of"),
    "a zone that is none": ("groups", 1, {"time_zone": "Mars/Olympus"}, "time zone is unknown"),
    "a path for an address": ("groups", 1, {"slug": "../etc"}, "groups.jsonl, line 1: slug"),
    "a colour that is none": ("groups", 1, {"hue": 999}, "can't stand beside each other"),
    "two roots": ("groups", 2, {"parent": None}, "not one group with all below it"),
    "a circle": ("groups", 2, {"parent": 2}, "in a circle"),
    "no root": ("groups", 1, {"parent": 2}, "not one group with all below it"),
    "an owner's role for all": ("roles", 8, {"audience": "members"}, "is not for members"),
    "a permission that is none": ("role-permissions", 1, {"name": "all.things"}, "no permission"),
    "what strangers never get": ("role-permissions", 1, {"role": 1, "name": "group.manage"}, "whom the group does not"),
    "a role elsewhere": ("role-grants", 1, {"role": 20}, "something of another group"),
    "the same member twice": ("memberships", 2, {"person": "ann"}, "can't stand beside each other"),
    "an address that is none": ("people", 1, {"address": "ann"}, "people.jsonl, line 1: address"),
    "the same person twice": ("people", 2, {"handle": "ann"}, "stands there twice"),
    "a handle that is none": ("people", 2, {"handle": "../x"}, "people.jsonl, line 2: handle"),
    "a place off the earth": ("venues", 1, {"latitude": 91.0}, "latitude"),
    "half a place": ("venues", 1, {"longitude": None}, "one coordinate of two"),
    "a place that is nowhere": ("venues", 1, {"latitude": float("nan")}, "it is not JSON"),
    "a rule that is none": ("series", 1, {"rule": "FREQ=HOURLY"}, "is no rule"),
    "a meeting on no clock": ("meetings", 1, {"zone": "Mars/Olympus"}, "no time zone"),
    "a link that runs": ("meetings", 1, {"link": "javascript:alert(1)"}, "meetings.jsonl, line 1: link"),
    "a slot of no series": ("meetings", 1, {"series": None}, "the time that the series meant it for"),
    "a place of another group": ("meetings", 1, {"group": 2}, "is of another group"),
    "an answer that is none": ("answers", 1, {"answer": "what"}, "none of"),
    "a line of who does not come": ("answers", 2, {"waits_since": "2020-01-01T00:00:00+00:00"}, "has said yes"),
    "who came without a name": ("attendances", 1, {"name": ""}, "not one line"),
    "an act of the installation": ("history", 1, {"group": None}, "it is of no group"),
    "a name of nobody": ("mail-names", 1, {"group": None}, "it is of no group"),
    "an address that is another group's": ("mail-names", 2, {"group": 1}, "a name of another"),
    "an act that nobody knows": ("history", 1, {"kind": "100%"}, "nobody here knows"),
    "a file that has a path for a name": ("attachments", 1, {"name": "../../x"}, "no name of a file"),
    "a file that is no hash": ("attachments", 1, {"file": "../../x"}, "attachments.jsonl, line 1: file"),
    "a version to come": ("package", 1, {}, "it is of version 2"),
}


@pytest.mark.parametrize("what", ROWS)
def test_a_row_that_can_not_be_is_refused_and_leaves_nothing(package, tmp_path, what):
    part, line, fields, words = ROWS[what]
    if part == "package":
        package["package.json"] = json.dumps(json.loads(package["package.json"]) | {"version": 2}).encode()
    else:
        package = changed(package, part, line, **fields)

    assert words in refused(repack(package, tmp_path / "bad.zip"))


RULES = {  # whom a group would take in: the fields of the rule, what is said
    "everybody for the members of a group": ({"about": "group"}, "whom it is about"),
    "everybody on a side": ({"about": "side", "side": "customer"}, "whom it is about"),
    "everybody who says so": ({"about": "field", "value": "yes"}, "whom it is about"),
    "those of a group that is not there": ({"about": "domain", "value": "acme.example", "of_group": 3}, "no row 3"),
    "its own members": ({"about": "group", "of_group": 1}, "its own group"),
    "those of no company": ({"about": "organization", "of_group": 1}, "whom it is about"),
    "those of no domain": ({"about": "domain"}, "whom it is about"),
    "those who are anywhere": ({"about": "domain", "value": "gmail.com"}, "Anybody can have"),
    "nobody can tell": ({"about": ""}, "whom it is about"),
}


def with_rule(package, **fields):
    empty = {"value": "", "of_group": None, "side": "", "organization": None, "field": None}
    row = {"group": 1, **empty, **fields}
    return {**package, "placement-rules.jsonl": json.dumps(row).encode() + b"\n"}


@pytest.mark.parametrize("what", RULES)
def test_a_rule_that_would_take_in_others_than_it_says_is_refused(package, tmp_path, what):
    fields, words = RULES[what]

    said = refused(repack(with_rule(package, **fields), tmp_path / "bad.zip"))

    assert "placement-rules.jsonl, line 1" in said
    assert words in said


def test_a_rule_within_the_package_comes_along(package, tmp_path):
    bring(repack(with_rule(package, group=2, about="group", of_group=1), tmp_path / "one.zip"))

    rule = PlacementRule.objects.get()
    assert (rule.group.slug, rule.about, rule.of_group.slug) == ("below", "group", "tarn")


LINES = {
    "no JSON": b"{\n",
    "no object": b"[1]\n",
    "not UTF-8": b'{"title": "\xff"}\n',
    "a name twice": b'{"a": 1, "a": 2}\n',
    "no number": b'{"a": NaN}\n',
    "too deep": b"[" * 100_000 + b"\n",
    "no end": b"{}",
    "an endless number": b'{"a": ' + b"9" * 5_000 + b"}\n",
}


@pytest.mark.parametrize("what", LINES)
def test_a_line_that_can_not_be_read_is_refused(package, tmp_path, what):
    bad = repack({**package, "reactions.jsonl": LINES[what]}, tmp_path / "bad.zip")

    assert "reactions.jsonl" in refused(bad)


def entry(name, mode=0):
    made = ZipInfo(name)
    made.external_attr = mode << 16
    made.compress_type = ZIP_DEFLATED
    return made


ENTRIES = {
    "a way out": (entry("../../etc/passwd"), b"x", "no place in a package"),
    "a path from the root": (entry("/etc/passwd"), b"x", "no place in a package"),
    "a path of another system": (entry("files\\\\x"), b"x", "no place in a package"),
    "a link": (entry(f"files/{'a' * 64}", 0o120777), b"/etc/passwd", "not a plain file"),
    "another file than its name says": (entry(f"files/{'a' * 64}"), b"x", "not what its name says"),
    "a part that nobody knows": (entry("secrets.jsonl"), b"{}\n", "does not know"),
    "a bomb": (entry("reactions.jsonl"), b"\n" * (20 << 20), "too tightly"),
    "the same name twice": (entry("groups.jsonl"), b"{}\n", "the same name"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("what", ENTRIES)
def test_an_entry_that_does_not_belong_is_refused(package, tmp_path, what):
    name, content, words = ENTRIES[what]
    path = repack({**package, name.filename: content} if "twice" not in what else package, tmp_path / "bad.zip")
    if name.external_attr or "twice" in what:
        path = tmp_path / "worse.zip"
        with ZipFile(path, "w") as packed:
            for one, said in package.items():
                packed.writestr(one, said)
            packed.writestr(name, content)

    assert words in refused(path)


def test_a_file_may_be_as_empty_as_it_likes(package, tmp_path):
    """A picture of the night, a table of zeros."""
    dark = bytes(20 << 20)
    name = sha256(dark).hexdigest()
    parts = changed({**package, f"files/{name}": dark}, "attachments", 1, file=name)
    del parts[f"files/{sha256(b'a boat').hexdigest()}"]

    bring(repack(parts, tmp_path / "one.zip"))

    assert files.where(name).stat().st_size == StoredFile.objects.get(sha256=name).size == len(dark)


def test_two_pages_of_one_number_are_named(package, tmp_path):
    rows = [{"part": "posts", "row": one, "number": 77, "is_old": False} for one in (1, 2)]
    package["numbers.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    path = repack(package, tmp_path / "bad.zip")

    assert "two have the number 77" in refused(path)
    assert "two have the number 77" in refused(path, "--dry-run")


def test_what_is_no_package_is_refused(tmp_path, settings, package):
    settings.FILES = tmp_path / "kept"
    path = tmp_path / "bad.zip"
    path.write_bytes(b"hello")
    assert "not a ZIP" in refused(path)
    with ZipFile(path, "w") as packed:
        packed.writestr("groups.jsonl", b"{}\n")
    assert "no package.json" in refused(path)
    cut = repack(package, tmp_path / "whole.zip").read_bytes()
    path.write_bytes(cut[: len(cut) // 2])
    assert "not a ZIP" in refused(path)
    with ZipFile(path, "w") as packed:
        for name, said in package.items():
            packed.writestr(name, said + b"{}\n" if name == "posts.jsonl" else said)
    assert "posts.jsonl is not what it was" in refused(path)


def test_no_owner_is_refused_unless_one_is_named(package, tmp_path):
    path = repack({**package, "role-grants.jsonl": b""}, tmp_path / "bad.zip")

    assert "has no owner" in refused(path)
    bring(path, "--owner", "zoe@example.org")

    owner = RoleGrant.objects.get(role__key="owner", role__group__slug="tarn").membership.person
    assert owner.addresses.get().email == "zoe@example.org"
    assert not owner.addresses.filter(verified=True).exists()


def numbered(package, **others):
    """The parts with numbers of pages that are higher than all that were given here, but for the others."""
    first = 1000 + max(last_of(Topic), last_of(Post))
    rows = [json.loads(line) for line in package["numbers.jsonl"].splitlines()]
    for place, row in enumerate(rows):
        row["number"] = others.get(row["part"], first + place)
    return {**package, "numbers.jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in rows)}


def test_a_number_is_never_given_twice(package, tmp_path):
    """Not even one whose page is gone, and none that a page to come will get."""
    gone = make.topic(make.group(slug="loom"))
    there = make.topic(gone.channel.group)
    number, highest = gone.pk, there.pk
    gone.delete()
    there.delete()
    package = numbered(package, topics=number)
    olds = [number, last_of(Topic) + 1, last_of(Topic) + 500]
    rows = [{"part": "topics", "row": 1, "number": one, "is_old": True} for one in olds]
    package["numbers.jsonl"] += b"".join(json.dumps(row).encode() + b"\n" for row in rows)

    said = bring(repack(package, tmp_path / "one.zip"))

    assert said["kept_numbers"] == 2  # of the posts
    brought = Topic.objects.get(title="Boats")
    assert brought.pk > highest > number
    assert not OldTopic.objects.exists()
    assert make.topic(Group.objects.get(slug="loom")).pk > brought.pk


def test_older_numbers_lead_on_where_they_mean_nothing_else(package, tmp_path):
    make.topic(make.group(slug="loom"))
    package = numbered(package)
    kept = json.loads(package["numbers.jsonl"].splitlines()[0])["number"]
    rows = [{"part": "topics", "row": 1, "number": one, "is_old": True} for one in (kept - 1, kept, kept + 1)]
    package["numbers.jsonl"] += b"".join(json.dumps(row).encode() + b"\n" for row in rows)

    bring(repack(package, tmp_path / "one.zip"))

    assert [(one.number, one.topic.pk) for one in OldTopic.objects.select_related("topic")] == [(kept - 1, kept)]
    assert make.topic(Group.objects.get(slug="loom")).pk == kept + 1


def test_a_package_that_is_refused_costs_no_number(package, tmp_path):
    package = numbered(package)
    refused(repack({**package, "role-grants.jsonl": b""}, tmp_path / "bad.zip"))

    assert bring(repack(package, tmp_path / "one.zip"))["kept_numbers"] == 3


def test_a_rehearsal_tells_the_same_and_writes_nothing(package, tmp_path):
    path, before = repack(numbered(package), tmp_path / "one.zip"), state()

    said = bring(path, "--dry-run")

    assert (state(), settings_files()) == (before, [])
    done = bring(path)
    assert (said["dry_run"], done["dry_run"]) == (True, False)
    assert said["rows"] == done["rows"]
    assert (said["made"], done["made"]) == (2, 2)
    assert (said["kept_numbers"], done["kept_numbers"]) == (3, 3)


def test_where_people_live_already_they_are_found_by_what_is_proven(package, tmp_path, client):
    zoe = make.person("Zoe", address="zoe@example.org")
    ann = make.person("Annie", address="ann@example.org")
    there = make.group(ann, owner=zoe, slug="tarn")
    topic = make.topic(there, author=zoe)
    path = repack(package, tmp_path / "one.zip")

    assert "taken here" in refused(path)
    assert "the same address" in refused(path, "--slug", "below")
    assert "no address" in refused(path, "--slug", "A B")
    assert "there is no group “x” in it" in refused(path, "--slug", "x=y")
    said = bring(path, "--slug", "loch", "--slug", "below=deep")
    drain(SUBSCRIBERS)

    loch = Group.objects.get(slug="loch")
    assert (said["group"], said["found"], said["made"]) == ("loch", 1, 1)
    assert loch.list_name == "loch"
    assert [one.slug for one in loch.subgroups.all()] == ["deep"]
    assert RoleGrant.objects.get(role__group=loch, role__key="owner").membership.person == ann
    ann.refresh_from_db()
    assert (ann.name, ann.handle) == ("Annie", "annie")
    assert RoleGrant.objects.get(role__group=there, role__key="owner").membership.person == zoe
    assert not OutgoingLetter.objects.exists()
    words = Post.objects.get(topic__title="Boats", author=ann)
    assert words.html == "<p><strong>Which?</strong></p>\n"
    assert words.archive is not None  # nobody's words before they say so
    assert words.confirmed_at is None
    assert search.find("which", scopes=[words.channel_id]) == [words.pk]
    assert topic.pk in Topic.objects.values_list("pk", flat=True)
    page = make.signed_in(client, ann).get("/g/loch/manage/history")
    assert b"brought the group here" in page.content
    assert client.get(words.topic.get_absolute_url()).status_code == 200
    Person.objects.filter(pk=ann.pk).update(administrator_since=None)
    assert HistoryEntry.objects.filter(group=loch, kind="group.brought").count() == 1


def test_an_address_that_nobody_has_proven_finds_nobody_with_an_account(package, tmp_path):
    eve = make.person("Eve")
    Address.objects.create(user=eve, email="ann@example.org", verified=False)

    said = bring(repack(package, tmp_path / "one.zip"))

    assert (said["found"], said["made"]) == (0, 2)
    assert not Membership.objects.filter(person=eve).exists()


def test_handles_that_are_others_here_become_new_ones_with_a_handful_of_questions(
    package, tmp_path, django_assert_max_num_queries
):
    make.person("Ann", address="elsewhere@example.org")
    path = repack(package, tmp_path / "one.zip")

    bring(path)

    handles = set(Person.objects.values_list("handle", flat=True))
    assert {"ann", "bob"} <= handles
    made = RoleGrant.objects.get(role__key="owner", role__group__slug="tarn").membership.person
    assert made.handle.startswith("ann-")
    many = [Comer(handle=f"h{number}", name="H") for number in range(50)]
    bring_people(many)
    with django_assert_max_num_queries(15):
        again = bring_people(many)
    assert len(set(again.people.values())) == 50


def test_nobody_gets_an_address_by_a_package(package, tmp_path):
    ann = make.person("Ann")
    rows = [json.loads(line) for line in package["memberships.jsonl"].splitlines()]
    number = next(place for place, row in enumerate(rows, 1) if row["person"] == "ann")

    bring(repack(changed(package, "memberships", number, address="evil@example.org"), tmp_path / "one.zip"))

    assert [one.email for one in ann.addresses.all()] == ["ann@example.org"]
    assert Membership.objects.filter(person=ann, address=None).exists()
