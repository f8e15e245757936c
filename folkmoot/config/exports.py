"""Files that are made in the background: all that is stored about a person, and a whole group."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.timezone import now

from folkmoot.accounts.language import speaking
from folkmoot.accounts.models import Person, PersonExport
from folkmoot.accounts.operations import finish_export
from folkmoot.config.packages import pack
from folkmoot.config.personal import PARTS
from folkmoot.groups.models import GroupExport
from folkmoot.groups.operations import finish_package, note_progress
from folkmoot.groups.rules import is_owner
from folkmoot.outbox.models import Event
from folkmoot.store import files
from folkmoot.store.lanes import lane

TRIES = 3  # of one file by one process; then it is left to whoever asks again


def export_asked(event: Event) -> None:
    """Make the file somebody asked for, unless it is made or no longer wanted."""
    export = PersonExport.objects.filter(pk=event.subject_id, ready_at=None).select_related("person").first()
    if export is None or export.person.erased_at:
        return
    with tempfile.TemporaryDirectory(dir=settings.HOME) as folder:
        path = Path(folder) / "export.zip"
        with speaking(export.person):
            write(path, export.person)
        size = path.stat().st_size
        finish_export(export, sha256=files.keep_file(path), size=size)


def make_package(tried: Counter[int]) -> bool:
    """Make the file of the group that waits longest. False when none does, or another process is at it.

    A file takes as long as it takes, so neither letters nor mailings wait behind it. `tried` is how often each was.
    """
    waiting = GroupExport.objects.waited_for().order_by("pk").values_list("pk", flat=True)
    key = next((one for one in waiting if tried[one] < TRIES), None)
    if key is None:
        return False
    with lane("packages") as is_ours:
        if is_ours:
            tried[key] += 1
            _make(key)
    return is_ours


def _make(key: int) -> None:
    """Make it, unless it was made meanwhile, or whoever asked owns the group no longer."""
    asked = GroupExport.objects.waited_for().filter(pk=key).select_related("group", "asked_by").first()
    if asked is None or asked.asked_by is None or not is_owner(asked.asked_by, asked.group):
        return
    with tempfile.TemporaryDirectory(dir=settings.HOME) as folder:
        path = Path(folder) / "group.zip"
        pack(asked.group, path, watch=partial(note_progress, asked))
        size = path.stat().st_size
        finish_package(asked, sha256=files.keep_file(path), size=size)


def write(path: Path, person: Person) -> None:
    """Write all that is stored about a person."""
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        packed.writestr("about.txt", "\n".join(_about(person)))
        for part in PARTS:
            for fact in part.facts(person):
                rows = json.dumps(list(fact.rows), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
                packed.writestr(f"{fact.name}.json", rows)
            for name, content in part.files(person):
                _add(packed, name, content)


def _about(person: Person) -> Iterator[str]:
    yield f"{settings.SITE}{person.get_absolute_url()}, {now():%Y-%m-%d %H:%M} UTC"
    for part in PARTS:
        yield ""
        yield str(part.words)
        for fact in part.facts(person):
            yield f"  {fact.name}.json: {fact.words} ({fact.count}): {fact.why}"


def _add(packed: ZipFile, name: str, content: bytes | Path) -> None:
    if isinstance(content, bytes):
        packed.writestr(name, content)
    elif content.exists():
        with content.open("rb") as kept, packed.open(name, "w", force_zip64=True) as into:
            shutil.copyfileobj(kept, into)
