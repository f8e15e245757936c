"""The page by which owners take their group along: made in the background, fetched by owners alone."""

import json
import os
from collections import Counter
from datetime import timedelta
from io import BytesIO
from threading import Thread
from zipfile import ZipFile

import pytest
from django.db import connection
from django.utils.timezone import now

from folkmoot.config.clock import DUTIES
from folkmoot.config.exports import make_package
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.groups.models import GroupExport, HistoryEntry
from folkmoot.groups.operations import (
    ask_package,
    finish_package,
    make_member,
    make_owner,
    note_progress,
    sweep_packages,
)
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from folkmoot.store import files
from folkmoot.store.lanes import lane
from tests import make

PAGE = "/g/tarn/manage/export"


@pytest.fixture
def olga(settings, tmp_path):
    settings.FILES = tmp_path / "kept"
    return make.person("Olga")


@pytest.fixture
def tarn(olga):
    group = make.group(make.person("Ann"), owner=olga)
    make.topic(group, author=olga, title="Boats")
    return group


def test_an_owner_asks_and_fetches_the_group(client, olga, tarn):
    make.signed_in(client, olga)
    assert "/g/tarn/manage/todo" in client.get(PAGE).content.decode().split("What waits for a moderator stays here")[1]
    assert client.post(PAGE).status_code == 302
    assert "is being made: 0" in client.get(PAGE).content.decode()
    note_progress(GroupExport.objects.get(), 40)
    assert "is being made: 40" in client.get(PAGE).content.decode()

    make_package(Counter())

    made = GroupExport.objects.get()
    assert f"{PAGE}/{made.pk}" in client.get(PAGE).content.decode()
    answer = client.get(f"{PAGE}/{made.pk}")
    assert answer.headers["Cache-Control"] == "no-store"
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as packed:
        assert json.loads(packed.read("package.json"))["format"] == "folkmoot-group"
    entry = HistoryEntry.objects.get(kind="group.exported")
    assert (entry.group, entry.by, entry.via) == (tarn, olga, "web")
    assert not list(files.where(made.sha256).parent.glob("*.zip"))


def test_nobody_else_learns_that_there_is_such_a_page(client, olga, tarn):
    ann = tarn.memberships.get(person__name="Ann")
    made = ask_package(tarn, by=olga, via="test")
    make_package(Counter())
    pages = [PAGE, f"{PAGE}/{made.pk}"]

    make.signed_in(client, ann.person)
    assert [client.get(page).status_code for page in pages] == [404, 404]
    assert client.post(PAGE).status_code == 404
    make_owner(ann, by=olga, via="test")
    assert [client.get(page).status_code for page in pages] == [200, 200]
    make_member(ann, by=olga, via="test")
    assert [client.get(page).status_code for page in pages] == [404, 404]  # asked again at each fetch
    assert GroupExport.objects.count() == 1
    with pytest.raises(NotAllowed):
        ask_package(tarn, by=ann.person, via="test")
    assert Event.objects.filter(kind="package.asked").count() == 1


def test_a_file_of_another_group_is_not_found_here(client, olga, tarn):
    other = make.group(owner=olga, slug="loom")
    made = ask_package(other, by=olga, via="test")
    make_package(Counter())

    assert make.signed_in(client, olga).get(f"{PAGE}/{made.pk}").status_code == 404


def test_who_owns_it_no_longer_gets_no_file(olga, tarn):
    ann = tarn.memberships.get(person__name="Ann")
    make_owner(ann, by=olga, via="test")
    made = ask_package(tarn, by=ann.person, via="test")
    make_member(ann, by=olga, via="test")

    make_package(Counter())

    assert GroupExport.objects.get(pk=made.pk).ready_at is None


def test_one_at_a_time_and_three_a_day(olga, tarn):
    made = ask_package(tarn, by=olga, via="test")
    with pytest.raises(Refused, match="just being made"):
        ask_package(tarn, by=olga, via="test")
    finish_package(made, sha256="a" * 64, size=1)
    for _again in range(2):
        finish_package(ask_package(tarn, by=olga, via="test"), sha256="a" * 64, size=1)

    with pytest.raises(Refused, match="Ask again tomorrow"):
        ask_package(tarn, by=olga, via="test")

    assert GroupExport.objects.exclude(ready_at=None).count() == GroupExport.objects.count() == 3


def test_a_file_that_does_not_get_ready_is_not_waited_for(client, olga, tarn):
    made = ask_package(tarn, by=olga, via="test")
    GroupExport.objects.update(asked_at=now() - timedelta(hours=7))

    assert "could not be made" in make.signed_in(client, olga).get(PAGE).content.decode()
    assert not make_package(Counter())
    ask_package(tarn, by=olga, via="test")

    assert GroupExport.objects.exclude(pk=made.pk).get().ready_at is None


def test_no_event_waits_until_a_file_is_made(olga, tarn):
    made = ask_package(tarn, by=olga, via="test")

    drain(SUBSCRIBERS)
    assert GroupExport.objects.get().ready_at is None
    assert make_package(Counter())

    assert GroupExport.objects.get(pk=made.pk).size > 0


@pytest.mark.django_db(transaction=True)
def test_files_are_made_by_one_process_at_a_time(olga, tarn):
    ask_package(tarn, by=olga, via="test")
    answers = []

    def make_it():
        answers.append(make_package(Counter()))
        connection.close()

    with lane("packages"):
        other = Thread(target=make_it)
        other.start()
        other.join()

    assert answers == [False]
    assert GroupExport.objects.get().ready_at is None


def test_a_group_that_can_not_be_written_holds_up_no_other(olga, tarn, settings):
    ask_package(tarn, by=olga, via="test")
    other = ask_package(make.group(owner=olga, slug="loom"), by=olga, via="test")
    kept, tried = settings.FILES, Counter()
    settings.FILES = "/dev/null/nowhere"
    for _try in range(3):
        with pytest.raises(OSError, match="nowhere"):
            make_package(tried)
    settings.FILES = kept

    assert make_package(tried)
    assert [one.pk for one in GroupExport.objects.exclude(ready_at=None)] == [other.pk]
    assert not make_package(tried)


def test_a_file_is_spared_for_a_week(client, olga, tarn):
    made = ask_package(tarn, by=olga, via="test")
    make_package(Counter())
    made.refresh_from_db()
    sweep = next(duty for duty in DUTIES if duty.name == "files")
    os.utime(files.where(made.sha256), (0, 0))

    sweep.do()
    assert files.where(made.sha256).exists()
    GroupExport.objects.update(asked_at=now() - timedelta(days=8))
    assert make.signed_in(client, olga).get(f"{PAGE}/{made.pk}").status_code == 404
    assert sweep_packages() == 1
    sweep.do()

    assert not files.where(made.sha256).exists()
