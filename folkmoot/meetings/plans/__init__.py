"""Meetings that come from elsewhere, as they are read: from calendars, lists and trees of files."""

from folkmoot.meetings.plans.calendars import of_calendar
from folkmoot.meetings.plans.lists import of_list
from folkmoot.meetings.plans.plan import Place, Plan, Talk
from folkmoot.meetings.plans.texts import of_text
from folkmoot.meetings.plans.trees import of_tree

__all__ = ["Place", "Plan", "Talk", "of_calendar", "of_list", "of_text", "of_tree"]
