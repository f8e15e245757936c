"""Letters that broke other programs: each ends as a post, a held letter or a refusal that says why."""

from collections import Counter
from pathlib import Path

import pytest

from folkmoot.config.mail_routes import MAIL_ROUTES
from folkmoot.conversations.models import Post
from folkmoot.doors.mail import listener
from folkmoot.doors.mail.models import HeldLetter, IncomingLetter
from folkmoot.doors.mail.operations import accept
from folkmoot.doors.mail.receive import receive_waiting
from folkmoot.groups.models import Membership
from folkmoot.kit.errors import Refused
from tests import make

pytestmark = [pytest.mark.corpora, pytest.mark.database, pytest.mark.timeout(600)]

FOLDERS = ("mail-mime", "mail-replies", "mail-auth", "mail-bounces", "imip")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_letter_has_an_end(corpora, folder):
    group = make.group()
    files = letters_in(corpora / folder)
    for path in files:
        assert listener.keep("somebody@example.net", ["tarn@localhost"], path.read_bytes()) == [listener.KEPT]

    while receive_waiting(MAIL_ROUTES):
        pass

    ends = Counter(IncomingLetter.objects.values_list("outcome", flat=True))
    print(folder, dict(ends))
    assert sum(ends.values()) == len(files)
    assert set(ends) <= {"done", "held", "refused", "dropped"}
    assert not IncomingLetter.objects.filter(note="").exclude(outcome="done").exists()
    post_what_is_held(Membership.objects.get(group=group).person)


def post_what_is_held(owner) -> None:
    """Let every held letter through: each becomes a post, or is refused with a reason; none breaks anything."""
    refusals = []
    for held in HeldLetter.objects.select_related("group", "incoming__letter"):
        try:
            accept(held, by=owner)
        except Refused as refusal:
            refusals.append(str(refusal))
    assert all(refusals)
    for post in Post.objects.all():
        assert "<script" not in post.html.lower()
        assert "\x00" not in post.body
    print("posts", Post.objects.count(), "refused", len(refusals))


def letters_in(folder: Path) -> list[Path]:
    other = {".ref", ".txt.gz", ".json", ".yml", ".md", ".dat", ".html"}
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix.lower() not in other]
