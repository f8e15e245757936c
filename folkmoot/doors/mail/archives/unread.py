"""What could not be read is kept, as an mbox, for whoever wants to look at it or try again."""

import hashlib
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from folkmoot.groups.models import Group
from folkmoot.kit import mbox
from folkmoot.kit.mbox import RawMessage


class Shelf:
    """The file of a group's unreadable messages. Each is in it once, however often an import is begun anew."""

    def __init__(self, group: Group) -> None:
        self.path = Path(settings.HOME) / "unreadable" / f"{group.slug}.mbox"
        self._kept: set[bytes] | None = None

    def keep(self, messages: Iterable[RawMessage], at: datetime) -> None:
        """Write them to the disk, for good."""
        if self._kept is None:
            self._kept = self._read()
        missing = [one for one in messages if _name(one) not in self._kept]
        if not missing:
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            for one in missing:
                mbox.write(file, one.raw, "MAILER-DAEMON", at)
                self._kept.add(_name(one))
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> set[bytes]:
        if not self.path.exists():
            return set()
        with mbox.open_mbox(self.path) as file:
            return {_name(one) for one in mbox.messages(file)}


def _name(message: RawMessage) -> bytes:
    return hashlib.sha256(message.raw.strip(b"\r\n")).digest()
