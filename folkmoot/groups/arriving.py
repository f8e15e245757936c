"""What has to be so of a group that comes from elsewhere, as it would be had it been made here."""

import re
from typing import Any
from zoneinfo import available_timezones

from django.db.models import Model

from folkmoot.accounts.domains import clean_domain
from folkmoot.groups import defaults, models, names
from folkmoot.groups.chronicle import words_of
from folkmoot.groups.permissions import all_names, catalogue
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import is_web, one_line
from folkmoot.store.packages import Row
from folkmoot.store.unpacking import Arrivals

MOST_CHOICES, LONGEST_CHOICE, MOST_ANSWERS, LONGEST_ANSWER = 200, 500, 100, 5_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_VIA = re.compile(r"[a-z]{1,20}")
About = models.PlacementRule.About
_LOOKS_AT = {
    About.DOMAIN: ("value",),
    About.GROUP: ("of_group",),
    About.SIDE: ("of_group", "side"),
    About.ORGANIZATION: ("organization",),
    About.FIELD: ("of_group", "field", "value"),
}
STRANGERS = (models.Role.Audience.ANYONE, models.Role.Audience.SIGNED_IN)


def is_line(words: str) -> None:
    """Refuse what has no words or more than one line: it becomes a heading, or a line of a letter's header."""
    if not words.strip() or len(words.splitlines()) > 1:
        raise Refused(f"{words[:60]!r} is not one line of words")


def is_via(words: str) -> None:
    if words and not _VIA.fullmatch(words):
        raise Refused(f"{words!r} is no way in")


def group(row: Row, arrivals: Arrivals) -> None:
    is_line(row["name"])
    if one_line(row["initials"]) != row["initials"] or not row["initials"]:
        raise Refused("its initials are not one line")
    if not names.is_well_formed(row["slug"]) or not names.is_well_formed(row["list_name"]):
        raise Refused(f"{row['slug']!r} is no address of a group")
    if not _LANGUAGE.fullmatch(row["language"]) or row["time_zone"] not in available_timezones():
        raise Refused("its language or its time zone is unknown")


def rule(row: Row, arrivals: Arrivals) -> None:
    """What its kind looks at has to be there: nothing is read as everybody by mistake."""
    about, of_group = row["about"], row["of_group"]
    looks_at = _LOOKS_AT.get(about)
    if looks_at is None or any(not row[name] for name in looks_at):
        raise Refused("it does not say whom it is about")
    if about == About.DOMAIN and clean_domain(row["value"]) != row["value"]:
        raise Refused(f"{row['value'][:60]!r} is no domain")
    if about == About.GROUP and of_group == row["group"]:
        raise Refused("it looks at the members of its own group")
    if row["field"] is not None:
        _same(of_group, arrivals, (models.MemberField, row["field"]))


def role(row: Row, arrivals: Arrivals) -> None:
    key = row["key"]
    is_line(row["name"])
    audience = defaults.ROLES[models.Role.BuiltIn(key)][0] if key else ""
    if row["audience"] != audience or (key and row["name"] != key):
        raise Refused(f"{row['name']!r} is not for {row['audience'] or 'those it is granted to'}")


def role_permission(row: Row, arrivals: Arrivals) -> None:
    is_permission(row["name"])
    audience = arrivals.of(models.Role, row["role"], "audience")
    group = arrivals.of(models.Role, row["role"], "group")
    visibility = arrivals.of(models.Group, group, "visibility")
    open_ones = {one.name for one in catalogue() if one.is_open} | set(defaults.PUBLIC)
    if audience in STRANGERS and (row["name"] not in open_ones or visibility == models.Group.Visibility.HIDDEN):
        raise Refused(f"{row['name']} can't be given to people whom the group does not know")


def is_permission(name: str) -> None:
    if name not in all_names():
        raise Refused(f"there is no permission {name!r}")


def denial(row: Row, arrivals: Arrivals) -> None:
    if row["permission"]:
        is_permission(row["permission"])


def role_grant(row: Row, arrivals: Arrivals) -> None:
    there = arrivals.of(models.Membership, row["membership"], "group")
    _same(there, arrivals, (models.Role, row["role"]))


def duty(row: Row, arrivals: Arrivals) -> None:
    is_line(row["name"])
    people = [(models.Membership, row[name]) for name in ("holder", "deputy", "successor")]
    _same(row["group"], arrivals, (models.Role, row["role"]), *people)


def value(row: Row, arrivals: Arrivals) -> None:
    _same(arrivals.of(models.Membership, row["membership"], "group"), arrivals, (models.MemberField, row["field"]))


def mail_name(row: Row, arrivals: Arrivals) -> None:
    _is_of_group(row)


def entry(row: Row, arrivals: Arrivals) -> None:
    _is_of_group(row)
    is_via(row["via"])
    if words_of(row["kind"]) == row["kind"]:
        raise Refused(f"nobody here knows what {row['kind']!r} is")


def field(row: Row, arrivals: Arrivals) -> None:
    is_line(row["label"])
    _are_texts(row["choices"], MOST_CHOICES, LONGEST_CHOICE)


def application(row: Row, arrivals: Arrivals) -> None:
    if not isinstance(row["answers"], list) or len(row["answers"]) > MOST_ANSWERS:
        raise Refused("its answers are no list, or too many")
    for one in row["answers"]:
        _are_texts(one, 2, LONGEST_ANSWER)
        if len(one) != 2:
            raise Refused("an answer is a question and what was said")


def _are_texts(said: Any, most: int, longest: int) -> None:
    if not isinstance(said, list) or len(said) > most or not all(isinstance(one, str) for one in said):
        raise Refused("it is no list of words, or too long a one")
    if any(len(one) > longest or "\x00" in one for one in said):
        raise Refused("its words are too long, or not words")
    "".join(said).encode()


def move(row: Row, arrivals: Arrivals) -> None:
    """Its page stays where it was; whoever goes on with it here opens one anew."""
    is_line(row["name"])
    if not is_web(row["address"]):
        raise Refused(f"{row['address'][:60]!r} is no address on the web")
    if row["members"] < 1:
        raise Refused("nobody was in the place that it comes from")


def _is_of_group(row: Row) -> None:
    """What has no group here is the installation's, or nobody's for ever."""
    if row["group"] is None:
        raise Refused("it is of no group")


def _same(group: int | None, arrivals: Arrivals, *others: tuple[type[Model], int | None]) -> None:
    if any(place is not None and arrivals.of(model, place, "group") != group for model, place in others):
        raise Refused("it names something of another group")
