"""The buttons by which one answers: what each means just now."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from folkmoot.meetings.forms import ONLINE, ROOM
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.operations.answering import seats_of
from folkmoot.meetings.queries import Figures


def answer_options(meeting: Meeting, figures: Figures, mine: Rsvp | None) -> list[dict[str, Any]]:
    """Return the buttons in their order, with a few words each."""
    pressed = _pressed(meeting, mine)
    room, online = (_("I’m coming"), ROOM, Rsvp.Place.ROOM), (_("Online"), ONLINE, Rsvp.Place.ONLINE)
    if meeting.is_hybrid:
        ways = [room, online]
    elif meeting.is_online:
        ways = [(_("I’ll join online"), ROOM, Rsvp.Place.ONLINE)]
    else:
        ways = [room]
    options = [(value, label, _seats(meeting, figures, place, mine)) for label, value, place in ways]
    options.append(("maybe", _("Maybe"), _("you can say so later")))
    gives = mine is not None and mine.comes and meeting.seats is not None
    options.append(("no", _("I can’t"), _("gives your seat on") if gives else _("perhaps next time")))
    return [
        {"value": value, "label": label, "words": words, "is_pressed": value == pressed}
        for value, label, words in options
    ]


def _pressed(meeting: Meeting, mine: Rsvp | None) -> str:
    if mine is None:
        return ""
    is_online = mine.answer == Rsvp.Answer.YES and mine.place == Rsvp.Place.ONLINE and meeting.is_hybrid
    return ONLINE if is_online else mine.answer


def _seats(meeting: Meeting, figures: Figures, place: str, mine: Rsvp | None) -> str:
    """How many come that way, or how many seats are left."""
    taken = figures.room if place == Rsvp.Place.ROOM else figures.online
    most = seats_of(meeting, place)
    if mine is not None and mine.place == place and mine.waits_since:
        return _("you wait for a seat")
    if mine is not None and mine.comes and mine.place == place and most is not None:
        return _("a seat is yours")
    if most is None:
        return ngettext("%(n)d so far", "%(n)d so far", taken) % {"n": taken}
    left = max(0, most - taken)
    return ngettext("%(n)d seat left", "%(n)d seats left", left) % {"n": left} if left else _("waiting list")
