"""What groups want to know of their members: which text says it, and who may see it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, MemberField, MemberValue
from folkmoot.kit.errors import Refused

Kind = MemberField.Kind
LONGEST = 500
MOST_DIGITS = 15  # before and after the point: “1e999999999” is short to write and long to keep
YES, NO = "yes", "no"
_YES = frozenset("yes y true 1 x on ja j wahr ✓".split())
_NO = frozenset("no n false 0 off nein falsch -".split())
_is_link = URLValidator(schemes=["http", "https"])


def fields_of(group: Group) -> QuerySet[MemberField]:
    return group.member_fields.order_by("position", "pk")


def fields_seen_by(group: Group, person: Person | None) -> QuerySet[MemberField]:
    """Those whose answers the person may see: managers all, members what is for members."""
    if holds(person, "members.manage", group):
        return fields_of(group)
    is_inside = person is not None and group.memberships.current().filter(person=person).exists()
    is_shown = is_inside and holds(person, "members.read", group)
    return fields_of(group).filter(seen_by=MemberField.Audience.MEMBERS) if is_shown else MemberField.objects.none()


def values_seen_by(group: Group, person: Person | None) -> QuerySet[MemberValue]:
    return MemberValue.objects.filter(field__in=fields_seen_by(group, person)).select_related("field")


def names_of(fields: Iterable[MemberField]) -> dict[str, list[str]]:
    """By which names of columns each field is found in a list."""
    return {one.key: [one.key, one.label] for one in fields}


def cleaned(one: MemberField, text: str) -> str:
    """Return how a text is kept; refuse what is none of this kind. Nothing said stays nothing."""
    text = " ".join(text.split())
    kept: str = _READ[Kind(one.kind)](one, text) if text and len(text) <= LONGEST else text
    if len(kept) > LONGEST:
        raise Refused(_("“%(text)s…” is too long: at most %(most)d letters.") % {"text": kept[:40], "most": LONGEST})
    return kept


def taken(fields: Mapping[str, MemberField], said: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Of what a row says, what can be kept; and words about what can't."""
    kept, troubles = {}, []
    for key, text in said.items():
        try:
            kept[key] = cleaned(fields[key], text)
        except Refused as refusal:
            troubles.append(f"{fields[key].label}: {refusal}")
    return {key: value for key, value in kept.items() if value}, " ".join(troubles)


def shown(one: MemberField, value: str) -> str:
    """Tell a kept value to people."""
    if one.kind == Kind.CHECK:
        return str(_("yes") if value == YES else _("no"))
    day = parse_date(value) if one.kind == Kind.DATE else None
    return date_format(day) if day else value


def missing(group: Group, values: Mapping[str, str]) -> list[MemberField]:
    """Which fields that members have to fill in are not."""
    required = fields_of(group).filter(Q(is_required=True, is_set_by_members=True))
    return [one for one in required if not values.get(one.key)]


def _text(_one: MemberField, text: str) -> str:
    return text


def _number(_one: MemberField, text: str) -> str:
    plain = text.replace(" ", "").replace("’", "")
    try:
        number = Decimal(plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or (number and not -MOST_DIGITS <= number.adjusted() <= MOST_DIGITS):
        raise Refused(_("“%(text)s” is no number.") % {"text": text[:40]})
    return f"{number.normalize():f}" if number else "0"


def _date(_one: MemberField, text: str) -> str:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y"):
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Refused(_("“%(text)s” is no day. Write it like 2026-07-31.") % {"text": text[:40]})


def _link(_one: MemberField, text: str) -> str:
    whole = text if "://" in text else f"https://{text}"
    try:
        _is_link(whole)
    except ValidationError as error:
        raise Refused(_("“%(text)s” is no web address.") % {"text": text[:40]}) from error
    return whole


def _check(_one: MemberField, text: str) -> str:
    said = text.casefold()
    if said not in _YES | _NO:
        raise Refused(_("“%(text)s” is neither yes nor no.") % {"text": text[:40]})
    return YES if said in _YES else NO


def _choice(one: MemberField, text: str) -> str:
    found = next((choice for choice in one.choices if choice.casefold() == text.casefold()), None)
    if found is None:
        words = _("“%(text)s” is none of: %(choices)s.")
        raise Refused(words % {"text": text[:40], "choices": ", ".join(one.choices)[:200]})
    return str(found)


_READ: dict[Kind, Any] = {
    Kind.TEXT: _text, Kind.NUMBER: _number, Kind.DATE: _date, Kind.LINK: _link, Kind.CHECK: _check,
    Kind.CHOICE: _choice,
}  # fmt: skip
