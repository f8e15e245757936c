"""When a meeting is, for templates: {{ meeting|when_it_is }} has its day, its hours, and its zone in words."""

from django import template

from folkmoot.meetings.models import Meeting
from folkmoot.meetings.showing import When, when

register = template.Library()


@register.filter
def when_it_is(meeting: Meeting) -> When:
    return when(meeting)
