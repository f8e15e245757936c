"""The database, the folders, the clock and the backups of this machine."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import version as version_of
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import DatabaseError
from django.utils.timezone import now

from folkmoot.config.doctor.finding import Finding, broken, ok, warning
from folkmoot.groups.models import Group
from folkmoot.store import backup, integrity

LITTLE_ROOM, NO_ROOM = 2_000_000_000, 200_000_000  # bytes
OLD_BACKUP = timedelta(days=8)
OLD_ZONES = 2  # years


def database() -> Iterator[Finding]:
    try:
        version = integrity.version()
    except DatabaseError as error:
        yield broken(
            "database", f"can't be reached: {str(error).strip()}", "Is it running? Compare FOLKMOOT_DATABASE_URL."
        )
        return
    yield ok("database", f"{version} answers")
    missing = integrity.missing_migrations()
    if missing:
        words = f"{len(missing)} changes of tables are missing, the first is {missing[0]}"
        yield broken("database.tables", words, "Back up, then start: `folkmoot serve` brings them up to date.")
        return
    yield ok("database.tables", "up to date")
    trouble = integrity.trouble_writing()
    if trouble:
        yield broken("database.writing", f"can't be written: {trouble}", f"Look at the owner of {settings.HOME}.")
    else:
        yield ok("database.writing", "can be written")
    yield _whole()


def _whole() -> Finding:
    trouble, looked_at_all = integrity.trouble_inside()
    if trouble:
        mend = "Stop folkmoot serve, keep a copy of the data folder, and restore the last backup: folkmoot restore FILE"
        return broken("database.whole", f"is damaged: {trouble}", mend)
    if not looked_at_all:
        return ok("database.whole", f"no damage found in {integrity.LOOKS_FOR:.0f} s of looking, not to its end")
    return ok("database.whole", "no damage found")


def folders() -> Iterator[Finding]:
    home = Path(settings.HOME)
    owner, mode = home.stat().st_uid, stat.S_IMODE(home.stat().st_mode)
    if owner != os.geteuid():
        words = f"{home} belongs to user {owner}, and you are {os.geteuid()}"
        yield warning("folder", words, "Run folkmoot as that user; a file you leave there may lock it out.")
    elif trouble := _trouble_writing(home):
        yield broken("folder", f"{home} can't be written: {trouble}", f"chown -R {os.geteuid()} {home}")
    elif mode & 0o077:
        words = f"{home} can be read by other users of this machine (mode {mode:04o})"
        yield warning("folder", words, f"chmod 700 {home}")
    else:
        yield ok("folder", f"{home} is ours alone and can be written")
    yield from _secret(home)
    yield _room(home)


def _secret(home: Path) -> Iterator[Finding]:
    path = home / "secret"
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield broken("folder.secret", f"{path} can be read by others", f"chmod 600 {path}")


def _room(home: Path) -> Finding:
    free = shutil.disk_usage(home).free
    words = f"{free / 1e9:.1f} GB are free"
    if free < NO_ROOM:
        return broken("folder.room", words, "Letters will be refused (451, so they wait) until there is room.")
    if free < LITTLE_ROOM:
        return warning("folder.room", words, "Make room soon.")
    return ok("folder.room", words)


def _trouble_writing(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"doctor")
    except OSError as error:
        return error.strerror or str(error)
    return ""


def time_zones() -> Iterator[Finding]:
    release = version_of("tzdata")
    if int(release[:4]) <= now().year - OLD_ZONES:
        yield warning("time zones", f"of {release}", "Upgrade Folkmoot, or the package tzdata alone.")
    else:
        yield ok("time zones", f"of {release}")
    try:
        names = {settings.TIME_ZONE, *Group.objects.values_list("time_zone", flat=True).distinct()}
    except DatabaseError:
        return  # said elsewhere
    unknown = sorted(name for name in names if not _is_zone(name))
    if unknown:
        yield broken("time zones.known", f"unknown: {', '.join(unknown)}", "Upgrade tzdata, or choose another zone.")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def backups() -> Iterator[Finding]:
    noted = backup.last()
    mend = "folkmoot backup /a/folder/elsewhere    (each night, by a timer: docs/guides/operators.md)"
    try:
        age = now() - datetime.fromisoformat(noted["at"])
    except (KeyError, ValueError, TypeError):
        yield warning("backup", "none was made by `folkmoot backup` on this machine", mend)
        return
    words = f"the last one is {_said(age)} old: {noted.get('file')}"
    yield warning("backup", words, mend) if age > OLD_BACKUP else ok("backup", words)


def _said(age: timedelta) -> str:
    if age.days:
        return f"{age.days} days"
    hours, seconds = divmod(age.seconds, 3600)
    return f"{hours} hours" if hours else f"{seconds // 60} minutes"
