import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import unquote

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Attachment, Post, StoredFile, Upload
from folkmoot.conversations.models.files import PICTURES
from folkmoot.conversations.rendering import KeptFile
from folkmoot.kit import pictures
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

MOST_FILES = 10  # with one post
LARGEST_FILE = 10 * 1024 * 1024
LARGEST_TOGETHER = 25 * 1024 * 1024
MOST_WAITING = 100  # files that somebody sent ahead and has not used
WAITS_FOR = timedelta(days=7)
_LONGEST_NAME = 120
_LINKED = re.compile(r"/files/([0-9a-f]{64})/([^\s()<>\"'\]]{1,500})")


def prepare_files(sent: Sequence[tuple[str, bytes]]) -> list[KeptFile]:
    """Look at files that come together (name and content), draw pictures anew, and keep them all or none."""
    if len(sent) > MOST_FILES:
        raise Refused(_("These are too many files: %(most)s can come with one post.") % {"most": MOST_FILES})
    if sum(len(content) for _name, content in sent) > LARGEST_TOGETHER:
        most = LARGEST_TOGETHER // 1024**2
        raise Refused(_("These files are too large together: %(most)s MB can come with one post.") % {"most": most})
    looked_at = [_looked_at(clean_name(name), content) for name, content in sent]
    return [rendering.keep_file(name, content, said_kind="") for name, content in looked_at]


def clean_name(name: str) -> str:
    """Return a file's name without folders and whatever can't stand in an address."""
    last = one_line(re.split(r"[/\\]", name)[-1]).strip(". ")
    stem, dot, ending = last.rpartition(".")
    if len(last) > _LONGEST_NAME:
        last = f"{stem[: _LONGEST_NAME - len(ending) - 1]}{dot}{ending}"[:_LONGEST_NAME]
    return last or "file"


def _looked_at(name: str, content: bytes) -> tuple[str, bytes]:
    if not content:
        raise Refused(_("“%(name)s” is empty.") % {"name": name})
    if len(content) > LARGEST_FILE:
        words = _("“%(name)s” is too large: %(most)s MB are the most a file can have.")
        raise Refused(words % {"name": name, "most": LARGEST_FILE // 1024**2})
    kind = rendering.kind_of(content)
    return name, _drawn(name, content, kind) if kind in PICTURES else content


def _drawn(name: str, content: bytes, kind: str) -> bytes:
    try:
        return pictures.drawn_anew(content, kind)
    except pictures.Moving as error:
        raise Refused(_("“%(name)s” moves. Only still pictures can be shown here.") % {"name": name}) from error
    except pictures.TooManyPixels as error:
        raise Refused(_("“%(name)s” has too many pixels. Make it smaller first.") % {"name": name}) from error
    except pictures.NotAPicture as error:
        raise Refused(_("“%(name)s” is damaged: it can't be read as a picture.") % {"name": name}) from error


def upload(person: Person, *, name: str, content: bytes, via: str) -> KeptFile:
    """Send a file ahead of the post that will show it. Until then only its owner sees it."""
    [kept] = prepare_files([(name, content)])
    with transaction.atomic():
        require(person.is_active, _("You can't send files."))
        if person.uploads.count() >= MOST_WAITING:
            raise Refused(_("Too many files wait for their post. Send what you write first."))
        sent, _made = Upload.objects.update_or_create(
            person=person, file=stored(kept), name=kept.name, defaults={"uploaded_at": now()}
        )
        record("file.uploaded", sent, by=person, via=via)
    return kept


def stored(kept: KeptFile) -> StoredFile:
    """Return the row of a file that lies on the disk."""
    return StoredFile.objects.get_or_create(sha256=kept.sha256, defaults={"size": kept.size, "kind": kept.kind})[0]


def adopt(post: Post) -> None:
    """Attach to a post what its author has sent ahead and its text links."""
    if "/files/" not in post.body:
        return
    linked = {(sha256, unquote(name)) for sha256, name in _LINKED.findall(post.body)}
    waiting = Upload.objects.filter(person=post.author_id, file__sha256__in=[sha256 for sha256, _name in linked])
    for one in waiting.select_related("file"):
        if (one.file.sha256, one.name) in linked:
            how = {"is_inline": one.file.is_picture}
            Attachment.objects.get_or_create(post=post, file=one.file, name=one.name, defaults=how)
            one.delete()
