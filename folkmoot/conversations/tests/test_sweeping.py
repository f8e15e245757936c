import os

from folkmoot.conversations.models import Attachment, StoredFile
from folkmoot.conversations.operations import Letterhead, reply, sweep_files
from folkmoot.conversations.rendering import keep_file
from folkmoot.store import files
from tests import make


def test_files_that_no_post_has_are_swept_and_the_others_stay(settings, tmp_path):
    settings.FILES = tmp_path
    kept = keep_file("a.txt", b"kept", said_kind="text/plain")
    lost, young = (keep_file("b.txt", content, said_kind="text/plain") for content in (b"lost", b"young"))
    topic = make.topic(make.group())
    reply(topic, author=topic.posts.get().author, body="x", via="mail", letterhead=Letterhead("<f@x>", files=[kept]))
    for one in (kept, lost):
        os.utime(files.where(one.sha256), (0, 0))

    assert sweep_files() == 1

    assert [files.where(one.sha256).exists() for one in (kept, lost, young)] == [True, False, True]
    assert Attachment.objects.get().file == StoredFile.objects.get()
