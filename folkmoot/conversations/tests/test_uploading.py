import io
from datetime import timedelta

import pytest
from django.utils.timezone import now
from PIL import Image

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Attachment, StoredFile, Upload
from folkmoot.conversations.operations import edit, prepare_files, reply, sweep_files, upload
from folkmoot.conversations.operations.uploading import LARGEST_FILE, MOST_FILES, MOST_WAITING, clean_name
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.store import files
from tests import make


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.FILES = tmp_path / "files"
    return settings.FILES


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def topic(ann):
    return make.topic(make.group(ann))


def png(colour="red", **more):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG", **more)
    return out.getvalue()


def on_the_disk(folder):
    return [path.name for path in folder.glob("??/??/*")]


def test_a_file_sent_ahead_waits_for_its_post_and_then_belongs_to_it(ann, topic):
    kept = upload(ann, name="graph.png", content=png(), via="web")
    assert [(one.person, one.name) for one in Upload.objects.all()] == [(ann, "graph.png")]

    post = reply(topic, author=ann, body=f"See ![it]({kept.url})", via="web")

    assert [(one.post, one.name, one.is_inline) for one in Attachment.objects.all()] == [(post, "graph.png", True)]
    assert not Upload.objects.exists()
    assert f'<img src="{kept.url}"' in post.html
    assert Event.objects.filter(kind="file.uploaded", actor_id=ann.pk).count() == 1


def test_a_name_with_a_blank_is_found_again(ann, topic):
    kept = upload(ann, name="my graph (1).png", content=png(), via="web")

    reply(topic, author=ann, body=f"![]({kept.url.replace('(', '%28').replace(')', '%29')})", via="web")

    assert Attachment.objects.get().name == "my graph (1).png"


def test_a_changed_post_takes_what_it_links_too(ann, topic):
    post = reply(topic, author=ann, body="See.", via="web")
    kept = upload(ann, name="graph.png", content=png(), via="web")

    edit(post, by=ann, body=f"See ![]({kept.url})", via="web")

    assert Attachment.objects.get().post == post


def test_nobody_takes_what_another_sent_ahead(ann, topic):
    kept = upload(topic.posts.get().author, name="graph.png", content=png(), via="web")

    reply(topic, author=ann, body=f"![]({kept.url})", via="web")

    assert not Attachment.objects.exists()
    assert Upload.objects.count() == 1


def test_files_come_with_a_reply(ann, topic):
    files_of = prepare_files([("a.txt", b"words"), ("b.png", png())])

    post = reply(topic, author=ann, body="", via="web", files=files_of)

    assert [(one.name, one.file.kind) for one in post.attachments.order_by("pk")] == [
        ("a.txt", "application/octet-stream"),
        ("b.png", "image/png"),
    ]


def test_a_picture_is_drawn_anew(ann, folder):
    content = png() + b"<script>alert(1)</script>"

    kept = upload(ann, name="x.png", content=content, via="web")

    assert b"script" not in files.where(kept.sha256).read_bytes()


def test_a_page_that_says_it_is_a_picture_is_handed_out_as_a_file():
    [kept] = prepare_files([("x.png", b"<html><script>alert(1)</script>")])

    assert kept.kind == "application/octet-stream"


@pytest.mark.parametrize(
    "sent",
    [
        [("empty.txt", b"")],
        [("large.bin", b"x" * (LARGEST_FILE + 1))],
        [(f"{number}.bin", bytes([number]) * LARGEST_FILE) for number in range(3)],
        [(f"{number}.txt", b"x") for number in range(MOST_FILES + 1)],
        [("good.png", png()), ("torn.png", png()[:40])],
    ],
)
def test_what_is_too_much_or_damaged_is_refused_and_nothing_is_kept(folder, sent):
    with pytest.raises(Refused):
        prepare_files(sent)

    assert on_the_disk(folder) == []


def test_who_may_not_and_who_has_too_many_waiting_sends_nothing(ann):
    stored = StoredFile.objects.create(sha256="0" * 64, size=1, kind="x")
    Upload.objects.bulk_create([Upload(person=ann, file=stored, name=f"{n}") for n in range(MOST_WAITING)])
    with pytest.raises(Refused):
        upload(ann, name="one more", content=b"x", via="web")
    Person.objects.filter(pk=ann.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        upload(Person.objects.get(pk=ann.pk), name="one", content=b"x", via="web")

    assert Upload.objects.count() == MOST_WAITING
    assert not Event.objects.filter(kind="file.uploaded").exists()


def test_what_waits_is_not_swept_until_it_has_waited_long(ann):
    kept = upload(ann, name="a.txt", content=b"a", via="web")
    sweep_files()
    assert StoredFile.objects.filter(sha256=kept.sha256).exists()

    Upload.objects.update(uploaded_at=now() - timedelta(days=8))
    sweep_files()

    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.png", "y.png"),
        ("", "file"),
        (". .", "file"),
        ("a\nb\x00.txt", "a b .txt"),
    ],
)
def test_a_name_is_a_name_and_no_path(name, clean):
    assert clean_name(name) == clean


def test_a_long_name_keeps_its_ending():
    assert clean_name("x" * 300 + ".png").endswith("x.png")
    assert len(clean_name("x" * 300 + ".png")) == 120
