"""When and where a meeting is, in letters."""

from typing import Any

from django import template

from folkmoot.accounts.models import Person
from folkmoot.doors.mail.invitations import words

register = template.Library()


@register.filter
def when(facts: dict[str, Any]) -> str:
    return words.when(facts)


@register.filter
def where(facts: dict[str, Any]) -> str:
    return words.where(facts)


@register.filter
def own_time(facts: dict[str, Any], reader: Person) -> str:
    return words.own_time(facts, reader)
