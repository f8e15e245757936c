"""Files and folders that hold meetings, as somebody names them on the command line."""

from collections.abc import Iterator
from datetime import time
from pathlib import Path

from folkmoot.kit.yaml_trees import LARGEST as LARGEST_TREE
from folkmoot.meetings.plans import Plan, of_list, of_tree
from folkmoot.meetings.plans.lists import LARGEST
from folkmoot.meetings.plans.trees import READ

MOST_FOLDERS = 200  # of one group
MOST_FILES = 50  # of one folder
YAML = frozenset({".yml", ".yaml"})


def read_meetings(source: Path, *, zone: str, hour: time | None) -> tuple[list[Plan], list[str]]:
    """Read what a file or folder says of meetings. Raises ValueError with the reason where it says nothing of them."""
    if not source.is_dir() and source.suffix not in YAML:
        return of_list(_data(source, LARGEST), zone=zone, hour=hour)
    plans: list[Plan] = []
    remarks: list[str] = []
    folders = list(_folders(source)) if source.is_dir() else [source]
    for folder in folders:
        found, said = of_tree(_files(folder), zone=zone, hour=hour)
        plans += found
        remarks += [f"{folder.name}: {one}" for one in said] if len(folders) > 1 else said
    return plans, remarks


def _folders(source: Path) -> Iterator[Path]:
    """The folder itself where it holds meetings, or those in it: a group has one for each of its kinds of meeting."""
    there = [source, *sorted(one for one in source.iterdir() if one.is_dir())]
    found = [one for one in there if any((one / name).is_file() for name in READ[:2])]
    if not found:
        raise ValueError(f"neither {source} nor a folder in it has an event.yml or a videos.yml")
    if len(found) > MOST_FOLDERS:
        raise ValueError(f"more than {MOST_FOLDERS} folders")
    yield from found


def _files(named: Path) -> dict[str, bytes]:
    """The files of a folder; those beside a file that was named say its zone and place."""
    folder = named if named.is_dir() else named.parent
    there = sorted(one for one in folder.iterdir() if one.is_file() and one.suffix in YAML)
    if len(there) > MOST_FILES:
        raise ValueError(f"more than {MOST_FILES} files are in {folder}")
    wanted = there if named.is_dir() else [one for one in there if one == named or one.name in READ]
    return {one.name: _data(one, LARGEST_TREE) for one in wanted}


def _data(file: Path, largest: int) -> bytes:
    if file.stat().st_size > largest:
        raise ValueError(f"{file.name} is larger than {largest // 1024 // 1024} MB")
    return file.read_bytes()
