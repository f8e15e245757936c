"""What can be allowed: each app lists its own in its rules, the settings name the lists."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import pgettext_lazy


class Section(TextChoices):
    """Where a permission stands in the matrix."""

    TALK = "talk", pgettext_lazy("permissions", "Talk")
    MEETINGS = "meetings", pgettext_lazy("permissions", "Meetings")
    PEOPLE = "people", pgettext_lazy("permissions", "People")
    GROUP = "group", pgettext_lazy("permissions", "The group")


class Permission(NamedTuple):
    """Something that a role can allow, and the words that a matrix says for it."""

    name: str
    section: Section
    words: str | Promise
    is_open: bool = False  # may be given to people whom the group does not know: anyone, the signed in


@cache
def catalogue() -> Sequence[Permission]:
    """Return all that can be allowed, in the order of the sections."""
    listed = [one for path in settings.PERMISSIONS for one in import_string(path)]
    return sorted(listed, key=lambda one: list(Section).index(one.section))


@cache
def all_names() -> frozenset[str]:
    """Return the names of all that can be allowed."""
    return frozenset(one.name for one in catalogue())
