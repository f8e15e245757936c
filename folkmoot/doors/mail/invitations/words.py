"""When and where, in the words of whoever reads a letter."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from folkmoot.accounts.models import Person
from folkmoot.doors.mail.invitations.copies import WAITS
from folkmoot.kit.zones import names, to_local, to_utc
from folkmoot.meetings.models import Meeting, Rsvp, are_whole_days

DATE = "l, j F Y"
DAY = f"{DATE}, H:i"


def when(facts: dict[str, Any]) -> str:
    """Day and time by the clocks of where it is, and which clocks these are; of whole days the days."""
    starts = datetime.fromisoformat(facts["starts"])
    if _takes_days(facts):
        return f"{date_format(starts, DATE)}, {_days(starts, facts['minutes'] // (24 * 60))}"
    zone = str(facts["zone"]).replace("_", " ")
    return _("%(day)s (%(zone)s)") % {"day": date_format(starts, DAY), "zone": zone}


def own_time(facts: dict[str, Any], reader: Person) -> str:
    """The same by the reader's clocks; "" where these show the same."""
    zone, starts = reader.time_zone, datetime.fromisoformat(facts["starts"])
    if zone not in names() or _takes_days(facts):  # a day is that of the place
        return ""
    theirs = to_local(to_utc(starts, facts["zone"]), zone)
    if theirs == starts:
        return ""
    return _("%(day)s (%(zone)s)") % {"day": date_format(theirs, DAY), "zone": zone.replace("_", " ")}


def where(facts: dict[str, Any]) -> str:
    places = [facts["place"]] if facts["place"] else []
    return ", ".join([*places, *([_("online")] if facts["is_online"] else [])])


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Say what is otherwise than the last letter said; nothing where there was none."""
    if not before:
        return []
    said = []
    if before["title"] != after["title"]:
        said.append(_("It was called “%(title)s” before.") % {"title": before["title"]})
    is_longer, takes_days = before["minutes"] != after["minutes"], _takes_days(before) or _takes_days(after)
    is_moved = (before["starts"], before["zone"]) != (after["starts"], after["zone"])
    if is_moved or (is_longer and takes_days):
        said.append(_("New time: %(new)s. Before: %(old)s.") % {"new": when(after), "old": when(before)})
    if is_longer and not takes_days:
        said.append(_("It takes %(new)s minutes, not %(old)s.") % {"new": after["minutes"], "old": before["minutes"]})
    if where(before) != where(after):
        nowhere = _("not yet known")
        places = {"new": where(after) or nowhere, "old": where(before) or nowhere}
        said.append(_("New place: %(new)s. Before: %(old)s.") % places)
    if after["way_in"] and before["way_in"] != after["way_in"]:
        said.append(_("How to join online stands below."))
    return said


def answer(meeting: Meeting, rsvp: Rsvp | None) -> str:
    """Say how somebody's answer stands; "" where there is none."""
    if rsvp is None:
        return ""
    if rsvp.waits_since is not None:
        at = Rsvp.objects.waiting().filter(meeting=meeting, place=rsvp.place, waits_since__lt=rsvp.waits_since).count()
        words = _("You said yes. All seats are taken: you are number %(number)s in line, and hear when one comes free.")
        return words % {"number": at + 1}
    if rsvp.answer == Rsvp.Answer.YES:
        return _with_guests(rsvp)
    if rsvp.answer == Rsvp.Answer.MAYBE:
        return _("Your answer: maybe. No seat is kept for you.")
    return _("Your answer: no.")


def _takes_days(facts: dict[str, Any]) -> bool:
    return are_whole_days(datetime.fromisoformat(facts["starts"]), facts["minutes"])


def _days(starts: datetime, days: int) -> str:
    if days == 1:
        return pgettext("in the place of an hour", "all day")
    last = date_format(starts + timedelta(days=days - 1), pgettext("date format: day", "D j M"))
    return _("all day, until %(day)s") % {"day": last}


def _with_guests(rsvp: Rsvp) -> str:
    if not rsvp.guests:
        return _("Your answer: yes. You have a seat.")
    words = ngettext(
        "Your answer: yes. You have a seat, and one for %(count)s guest.",
        "Your answer: yes. You have a seat, and some for %(count)s guests.",
        rsvp.guests,
    )
    return words % {"count": rsvp.guests}


PARTICIPATION = {"": "NEEDS-ACTION", "yes": "ACCEPTED", "maybe": "TENTATIVE", WAITS: "TENTATIVE", "no": "DECLINED"}
