"""A person takes everything along and leaves: what was theirs is in the file, and nowhere else afterwards."""

import json
import os
from io import BytesIO
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from PIL import Image

from folkmoot.accounts.models import Person
from folkmoot.accounts.operations import describe, show_picture
from folkmoot.config.cli import people
from folkmoot.config.clock import DUTIES
from folkmoot.config.packages import pack
from folkmoot.config.personal import PARTS
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.conversations.models import Draft, Edition, ScheduledPost, StoredFile, Upload
from folkmoot.conversations.operations import edit
from folkmoot.doors.mail import letters
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.doors.mail.tests.at_the_door import arrive
from folkmoot.groups.models import Group
from folkmoot.groups.operations import apply, make_owner
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from folkmoot.store import files
from tests import make
from tests.planted import OF_OFFICE, OF_THEM, PROFILE, plant_governing, topics_closed_by

ADDRESS, SECOND = "wombatname@quokka.example", "narwhalpost@quokka.example"
PLANTED = (
    """
    Wombatname quokka.example narwhalpost axolotlabout pangolinplace kakapotitle dugongbody tapirdraft numbatlater
    okapianswer bongoletter gerenukedition fossafile zorillaupload saolaheld hutiawords acouchimention nilgaititle
    mousedeerreply markhordraft sitatungalater tenrecreply dholeeditiontwo
    kudupronouns oribiwork takinlanguages serowsite gaurphone
""".split()
    + OF_THEM
    + OF_OFFICE
)
SAID = """
    kakapotitle dugongbody bongoletter gerenukedition fossafile quokka.example hutiawords nilgaititle mousedeerreply
    tenrecreply acouchimention dholeeditiontwo
""".split()
ATTACHED = "\r\n".join(  # a letter with a file
    """From: {sender}
To: tarn@localhost
Subject: kakapotitle by mail
Message-ID: <m1@quokka.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

bongoletter
--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename=fossafile.bin

fossafile content
--b--
""".splitlines()
)


@pytest.fixture
def wombat(settings, tmp_path):
    """Somebody with a string of their own in everything that is kept."""
    settings.FILES, settings.OUTGOING = tmp_path / "files", tmp_path / "outgoing"
    olga = make.person("Olga", administrator=True)
    person = make.person("Wombatname", address=ADDRESS)
    person.emailaddress_set.create(email=SECOND, verified=True)
    group = make.group(person, owner=olga)
    describe(person, {"about": ("axolotlabout", "anyone"), "place": ("pangolinplace", "nobody")}
             | {field: (value, "nobody") for field, value in PROFILE.items()})  # fmt: skip
    out = BytesIO()
    Image.new("RGB", (300, 300), "teal").save(out, "PNG")
    show_picture(person, content=out.getvalue())
    topic = make.topic(group, author=person, title="kakapotitle", body="dugongbody")
    make.post(topic, author=olga, body="An answer of somebody else's.")
    post = topic.posts.order_by("pk").first()
    Edition.objects.create(post=post, body="gerenukedition", html="<p>gerenukedition</p>", written_at=post.posted_at)
    Draft.objects.create(person=person, key=f"topic-{topic.pk}", body="tapirdraft")
    ScheduledPost.objects.create(author=person, channel=topic.channel, body="numbatlater", due_at=post.posted_at)
    upload = StoredFile.objects.create(sha256=files.keep(b"zorillaupload content"), size=21, kind="text/plain")
    Upload.objects.create(person=person, file=upload, name="zorillaupload.txt")
    asking = make.group(owner=olga, slug="asking", joining="approval", question="Why?")
    apply(asking, person=person, answer="okapianswer", via="test")
    arrive(ATTACHED.format(sender=f"Wombatname <{ADDRESS}>").encode(), sender=ADDRESS)
    arrive(make.letter(sender=SECOND, body="saolaheld", message_id="<h@quokka.example>", to="asking@localhost"),
           to="asking@localhost", sender="bounces@elsewhere.example")  # fmt: skip
    letters.write("account_notice", {"what": "x"}, to=SECOND)
    second = make.topic(group, author=person, title="nilgaititle", body=f"acouchimention @{olga.handle}")
    make.post(second, author=person, body="mousedeerreply")
    edit(make.post(topic, author=person, body="dholeeditiontwo"), body="tenrecreply", by=person, via="web")
    Draft.objects.create(person=person, key="new", title="markhordraft", body="x")
    ScheduledPost.objects.create(
        author=person,
        channel=topic.channel,
        title="sitatungalater",
        body="x",
        due_at=post.posted_at,
        done_at=post.posted_at,
    )
    topics_closed_by(person, group)
    plant_governing(person, group, olga)
    drain(SUBSCRIBERS)
    person.refresh_from_db()
    return person


def everything():
    """All that is in all tables and in the files folder, as one text."""
    found = []
    with connection.cursor() as cursor:
        # FTS5 keeps single words of what was deleted until it merges its pages; nobody can read a text off them.
        for table in set(connection.introspection.table_names(cursor)) - {"post_search_data", "post_search_idx"}:
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [f"{table}: {value}" for row in cursor.fetchall() for value in map(readable, row)]
    for path in settings.FILES.glob("??/??/*"):
        found.append(f"{path.name}: {path.read_bytes().decode(errors='replace')}")
    return "\n".join(found)


def readable(value):
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)


def left_over(text):
    return {word for word in PLANTED if word.lower() in text.lower()}


def packed_group(group, folder):
    """A new file of a whole group, as one text."""
    path = folder / "group.zip"
    pack(group, path)
    with ZipFile(path) as packed:
        text = "\n".join(name + packed.read(name).decode(errors="replace") for name in packed.namelist())
    path.unlink()
    return text


def run_the_clock():
    """Files wait a day, since one may be about to get its row."""
    for path in settings.FILES.glob("??/??/*"):
        os.utime(path, (1, 1))
    for duty in DUTIES:
        duty.do()


def exported(client):
    client.post("/settings/data/exports")
    while drain(SUBSCRIBERS):
        pass
    export = Person.objects.get(erased_at=None, name="Wombatname").exports.get()
    return client.get(f"/settings/data/exports/{export.pk}").getvalue()


def test_an_export_holds_everything_and_its_owner_alone_fetches_it(client, wombat):
    make.signed_in(client, wombat)

    with ZipFile(BytesIO(exported(client))) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        text = "\n".join(name + packed.read(name).decode(errors="replace") for name in names)
        posts = json.loads(packed.read("posts.json"))

    told_to_them = set(PLANTED) - {"quendareported", "koalaoutcome", *OF_OFFICE}  # what others wrote, or for others
    assert left_over(text) >= told_to_them
    assert "picture.webp" in names
    assert sorted(post["title"] for post in posts) == [
        "kakapotitle", "kakapotitle", "kakapotitle by mail", "nilgaititle", "nilgaititle",
    ]  # fmt: skip
    assert OutgoingLetter.objects.filter(kind="export_ready", recipient=ADDRESS).count() == 1
    address = f"/settings/data/exports/{wombat.exports.get().pk}"
    assert client.get(address)["Cache-Control"] == "no-store"
    eve = Client()
    make.signed_in(eve, make.person("Eve"))
    assert eve.get(address).status_code == 404
    assert Client().get(address)["Location"].startswith("/account/login/")


def test_the_page_tells_what_is_stored_and_how_much(client, wombat):
    assert client.get("/settings/data")["Location"].startswith("/account/login/")
    client.force_login(wombat)

    page = client.get("/settings/data").content.decode()

    for words in ("Mail addresses", "Profile entries", "Posts", "Drafts", "Letters from you", "Memberships"):
        assert words in page
    names = [fact.name for part in PARTS for fact in part.facts(wombat)]
    assert len(names) == len(set(names))


def test_every_table_with_a_person_in_it_is_told():
    """Whoever adds a table that points at persons says here, or in a part, what it holds."""
    told_otherwise = {
        # ids only, said with what they belong to
        "outbox.Event", "conversations.Topic", "groups.Invitation", "mail.HeldLetter",
    }  # fmt: skip
    pointing = {
        model._meta.label
        for model in apps.get_models()
        if any(getattr(field, "related_model", None) is Person for field in model._meta.concrete_fields)
    }
    ann = make.person("Ann")
    told = {fact.rows.model._meta.label for part in PARTS for fact in part.facts(ann)}

    assert pointing - told - told_otherwise == set()


def test_there_are_fifty_strings():
    assert len(set(PLANTED)) >= 50


def test_after_leaving_with_all_words_nothing_is_left(client, wombat, tmp_path):
    make.signed_in(client, wombat)
    exported(client)
    assert left_over(everything()) == set(PLANTED)
    before = packed_group(Group.objects.get(slug="tarn"), tmp_path)
    assert left_over(before) >= {"Wombatname", *SAID, *OF_THEM} - {"wallaroofounding", "yapokfounding"}
    assert "dugongbody" in client.get("/g/tarn/topics?q=dugongbody").content.decode()

    answer = client.post("/settings/data/erase", {"words": "delete", "handle": wombat.handle})
    assert answer["Location"] == "/"
    drain(SUBSCRIBERS)
    run_the_clock()

    assert left_over(everything()) == set()
    for group in Group.objects.all():
        assert left_over(packed_group(group, tmp_path)) == set()
    assert client.get(f"/people/{wombat.handle}").status_code == 404
    assert client.get(f"/people/{Person.objects.get(pk=wombat.pk).handle}").status_code == 410


def test_after_leaving_without_ones_words_they_stand_without_a_name(client, wombat):
    make.signed_in(client, wombat)

    client.post("/settings/data/erase", {"words": "keep", "handle": wombat.handle})
    drain(SUBSCRIBERS)
    run_the_clock()

    left = left_over(everything())
    assert left == {*SAID, *OF_OFFICE}
    page = Client().get("/g/tarn/topics").content.decode()
    assert "kakapotitle" in page
    assert "Wombatname" not in page


def test_leaving_is_meant_and_done_by_one_who_has_just_shown_who_they_are(client, wombat):
    client.force_login(wombat)
    assert client.get("/settings/data/erase").status_code == 403
    assert client.post("/settings/data/erase", {"words": "delete", "handle": wombat.handle}).status_code == 403

    make.signed_in(client, wombat)
    assert client.get("/settings/data/erase").status_code == 200
    for wrong in ({"words": "delete", "handle": "somebody"}, {"handle": wombat.handle}):
        assert client.post("/settings/data/erase", wrong).status_code == 422

    assert Person.objects.get(pk=wombat.pk).erased_at is None


def test_the_last_owner_hands_over_first(client, wombat):
    olga = Person.objects.at("olga@example.org")
    make.signed_in(client, olga)
    assert "Make somebody else owner first" in client.get("/settings/data/erase").content.decode()

    answer = client.post("/settings/data/erase", {"words": "keep", "handle": "olga"})
    assert answer.status_code == 422
    assert Person.objects.get(pk=olga.pk).name == "Olga"

    tarn = wombat.memberships.get(group__slug="tarn").group
    make_owner(make.join(tarn, make.person("Ann")), by=olga, via="test")
    client.post("/settings/data/erase", {"words": "keep", "handle": "olga"})
    assert Person.objects.get(pk=olga.pk).erased_at


def run(command, *words):
    return CliRunner().invoke(command, [str(word) for word in words])


def test_by_command_a_person_is_taken_out_and_erased(wombat, tmp_path):
    file = tmp_path / "wombat.zip"

    taken = run(people.export_person, ADDRESS, file, "--json")
    assert json.loads(taken.output) == {"person": wombat.handle, "file": str(file), "size": file.stat().st_size}
    assert file.stat().st_mode & 0o077 == 0
    with ZipFile(file) as packed:
        assert "dugongbody" in packed.read("posts.json").decode()
    file.unlink()

    assert run(people.erase_person, ADDRESS, "--delete-words").exit_code == 0
    drain(SUBSCRIBERS)
    run_the_clock()
    assert left_over(everything()) == set()
    assert Event.objects.filter(kind="person.erased", subject_id=wombat.pk, via="command").exists()


def test_the_command_refuses_what_it_can_not_mean(wombat, tmp_path):
    assert run(people.erase_person, ADDRESS).exit_code == 2
    assert run(people.erase_person, "nobody@quokka.example", "--keep-words").exit_code == 4
    assert run(people.export_person, "nobody@quokka.example", tmp_path / "x.zip").exit_code == 4
    assert run(people.export_person, ADDRESS, tmp_path / "none" / "x.zip").exit_code == 2
    assert run(people.erase_person, "olga@example.org", "--keep-words").exit_code == 3  # its groups' only owner

    assert not (tmp_path / "x.zip").exists()
    assert not Person.objects.exclude(erased_at=None).exists()
