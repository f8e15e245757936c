"""Terms, and lists that are too long, in templates."""

from datetime import datetime, timedelta
from typing import Any

from django import template

register = template.Library()


@register.filter
def last_day(ends_at: datetime) -> datetime:
    """The last moment that still belongs to a term, which says its last day."""
    return ends_at - timedelta(microseconds=1)


@register.filter
def is_pair(changing: tuple[int, int] | str, grant: Any) -> bool:
    """Whether it is this grant whose term somebody tried to change."""
    return changing == (grant.membership_id, grant.role_id)


@register.filter
def beyond(number: int, most: int) -> int:
    """How many there are more than are named."""
    return max(number - most, 0)
