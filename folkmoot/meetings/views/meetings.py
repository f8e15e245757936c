"""One meeting."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import reader
from folkmoot.accounts.models import Person
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Post, Topic
from folkmoot.groups.http import around, of_group
from folkmoot.groups.models import Group
from folkmoot.kit import recurrence
from folkmoot.meetings import about, programme, queries
from folkmoot.meetings.forms import AnswerForm
from folkmoot.meetings.links import add_to_calendar
from folkmoot.meetings.models import Meeting, Minutes, Rsvp
from folkmoot.meetings.nearby import distance_for
from folkmoot.meetings.options import answer_options
from folkmoot.meetings.rules import can_answer, can_see_names, is_open_to_newcomers, sees_the_way_in
from folkmoot.meetings.showing import map_of, when, when_for
from folkmoot.meetings.ways import ways
from folkmoot.meetings.words import rule_in_words
from folkmoot.web.strangers import same_for_strangers

MOST_SHOWN = 60  # of those who come; organisers have a list of all
MOST_SEATS_DRAWN = 60


@require_safe
@same_for_strangers
@of_group
def meeting(request: HttpRequest, group: Group, meeting_id: int) -> HttpResponse:
    found = get_object_or_404(shown_to(reader(request), group), pk=meeting_id)
    return page(request, found)


def shown_to(person: Person | None, group: Group) -> Any:
    """The meetings of a group that somebody may see, with what their pages need."""
    shown = Meeting.objects.visible_to(person).filter(group=group)
    return shown.select_related("group", "series", "venue", "host", "topic__channel__group")


def page(request: HttpRequest, found: Meeting, form: AnswerForm | None = None, *, status: int = 200) -> HttpResponse:
    """The page of a meeting; with a form that has to be mended, where one was sent."""
    group, person = found.group, reader(request)
    context = around(request, group, "meetings")
    figures = queries.figures([found]).get(found.pk, queries.Figures())
    context |= {
        "meeting": found,
        "when": when(found),
        "when_for_me": when_for(found, person),
        "rule": in_words(found),
        "text": rendered(found.about),
        "figures": figures,
        "sees_the_way_in": sees_the_way_in(person, found),
        "can_organise": "meetings.organise" in context["permissions"] and group.closed_at is None,
        "talk": _talk(found, person),
        "beside": [(one, when(one)) if one else None for one in queries.beside(found, person)],
        "about": about.of_meeting(found) if person is None else None,
        "seats": _seats(found, figures),
        "map": map_of(found.venue) if found.venue else None,
        "distance": distance_for(person, found.venue),
        "calendar": None if found.is_draft or found.is_over else add_to_calendar(found),
        "agenda": programme.agenda_of(found),
        "ways": ways(found, person),
        **_minutes(found, person),
        **(_mine(found, person, form, figures) if person else {"is_open": is_open_to_newcomers(found)}),
        **(_who(found) if "members.read" in context["permissions"] and person else {}),
    }
    return render(request, "meetings/meeting.html", context, status=status)


def _minutes(found: Meeting, person: Person | None) -> dict[str, Any]:
    """What was said, once it is published."""
    written = Minutes.objects.visible_to(person).filter(meeting=found).exclude(published_at=None).first()
    if written is None:
        return {}
    points = found.points.select_related("owner").order_by("created_at", "pk")
    named = can_see_names(person, found)
    return {"minutes": written, "html": rendered(written.body), "points": points, "sees_names": named}


def in_words(found: Meeting) -> str:
    """How often its series is; nothing for a single one."""
    if found.series is None:
        return ""
    rule = recurrence.parse(found.series.rule, zone=found.series.zone)
    return rule_in_words(rule, found.series.first.replace(tzinfo=None), found.series.zone)


@lru_cache(maxsize=500)
def rendered(text: str) -> str:
    """Markdown as safe HTML; the same text is read once."""
    return rendering.render(text, Post.Markup.MARKDOWN)[0] if text else ""


def _mine(found: Meeting, person: Person, form: AnswerForm | None, figures: queries.Figures) -> dict[str, Any]:
    """What the reader answered, and the form for that."""
    mine = Rsvp.objects.filter(meeting=found, person=person).select_related("by").first()
    is_asked = can_answer(person, found)
    if form is None and is_asked and found.takes_answers:
        form = AnswerForm(found, mine=mine)
    options = answer_options(found, figures, mine)
    return {
        "mine": mine,
        "may_answer": is_asked,
        "form": form,
        "options": options,
        "pressed": next((one["value"] for one in options if one["is_pressed"]), ""),
        "in_line": queries.place_in_line(mine) if mine and mine.waits_since else 0,
    }


def _who(found: Meeting) -> dict[str, Any]:
    """Those who come and those who wait, for members."""
    rows = Rsvp.objects.filter(meeting=found, answer=Rsvp.Answer.YES, person__is_active=True).select_related("person")
    coming = list(rows.coming().order_by("answered_at", "pk")[: MOST_SHOWN + 1])
    return {
        "coming": coming[:MOST_SHOWN],
        "has_more": len(coming) > MOST_SHOWN,
        "waiting": list(rows.in_line()[:MOST_SHOWN]),
        "sees_who": True,
    }


def _seats(found: Meeting, figures: queries.Figures) -> Sequence[bool]:
    """Which seats of the room are taken, where there are so few that they can be drawn."""
    if found.seats is None or not 0 < found.seats <= MOST_SEATS_DRAWN or not found.is_in_a_room:
        return []
    return [number < figures.room for number in range(found.seats)]


def _talk(found: Meeting, person: Person | None) -> Topic | None:
    """The conversation about it, if the reader may read it."""
    if found.topic is None or not Topic.objects.readable_by(person).filter(pk=found.topic.pk).exists():
        return None
    return found.topic
