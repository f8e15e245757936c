"""A group's package read in: the same group again, whatever stands in it; or a clear no that leaves nothing behind."""

import json

import pytest
from click.testing import CliRunner
from django.core.management import call_command
from django.db import connection

from folkmoot.accounts.models import OPERATOR, Address, Person
from folkmoot.accounts.operations import erase, make_organization
from folkmoot.accounts.operations import merge as merge_people
from folkmoot.config.cli.packages import import_group
from folkmoot.config.packages import TABLES, pack
from folkmoot.config.personal import PARTS
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.conversations.models import Attachment, OldTopic, StoredFile, Topic
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
)
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.groups.models import Group, Responsibility
from folkmoot.groups.operations import (
    add_member,
    deny,
    found,
    grant_role,
    make_role,
    name_side,
    remove_member,
    rename,
    sanction,
)
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from folkmoot.store import files
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
    plant_governing(ann, group, make.person("Cid"))
    leave_for_good(group, deep)
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
    other = make.topic(group, author=ann, title="Ropes", body="Which?")
    merge(other, into=make.topic(group, author=bob, title="Rigging", body="Ropes?"), by=olga, via="web")
    down = make.topic(group, author=ann, title="Below it goes", body="x")
    move(down, to=main_channel(below), by=olga, via="web")
    pin(topic, by=olga, via="web")
    lock(asked, by=olga, via="web")
    close_channel(channel, by=olga, via="web")


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


def test_it_is_the_same_group_again(tarn, settings, tmp_path, client):
    before = pack(tarn, tmp_path / "one.zip")
    pages = {topic.get_absolute_url(): topic.title for topic in Topic.objects.select_related("channel__group")}
    olds = set(OldTopic.objects.values_list("number", flat=True))
    wipe()
    settings.FILES = tmp_path / "elsewhere"

    said = bring(tmp_path / "one.zip")
    drain(SUBSCRIBERS)
    after = pack(Group.objects.get(slug="tarn"), tmp_path / "two.zip")

    assert {name for name in before.hashes if before.hashes[name] != after.hashes.get(name)} == set()
    assert said["content_hash"] == after.content_hash == before.content_hash
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert {one.get_absolute_url(): one.title for one in Topic.objects.select_related("channel__group")} == pages
    assert set(OldTopic.objects.values_list("number", flat=True)) == olds
    assert not OutgoingLetter.objects.exists()
    assert not Person.objects.exclude(last_login=None).exists()
    assert not Address.objects.filter(verified=True).exists()
    assert not any(person.has_usable_password() for person in Person.objects.all())
