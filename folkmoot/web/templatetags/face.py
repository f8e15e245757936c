"""What every template may say: {% icon %}, {% when %}, {{ name|initials }}, {{ name|hue }}, {{ via|by_door }},
{{ on|day }}; and of a message's tags {{ tags|undo_address }}, {{ tags|sent_keys }}."""

import datetime
import unicodedata
import zlib

from django import template
from django.templatetags.static import static
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite. It never says anything alone: words stand beside it, or aria-label on the button."""
    return format_html('<svg class="ico" aria-hidden="true"><use href="{}#i-{}"/></svg>', static("web/icons.svg"), name)


@register.filter
def initials(name: str) -> str:
    """The first letters of the first two words, in any script."""
    letters = [_first_letter(word) for word in unicodedata.normalize("NFC", str(name)).split()]
    return "".join([letter for letter in letters if letter][:2]) or "?"


def _first_letter(word: str) -> str:
    start = next((at for at, char in enumerate(word) if char.isalnum()), None)
    if start is None:
        return ""
    end = start + 1
    while end < len(word) and unicodedata.category(word[end]) in {"Mc", "Mn"}:  # marks that belong to the letter
        end += 1
    letter = word[start:end]
    return letter.upper() if len(letter.upper()) == len(letter) else letter


@register.filter
def hue(of: str | int) -> str:
    """The class that colours a sign or a face: a group's chosen hue, or always the same one for a name."""
    degrees = of if isinstance(of, int) else zlib.crc32(str(of).encode())
    return f"hue-{round(degrees % 360, -1) % 360}"


@register.simple_tag
def when(at: datetime.datetime, form: str = "stop", relative: bool = True) -> SafeString:
    """A moment in the reader's zone; in full for a pointer that rests on it.

    Forms: "stop" (hour over day, beside the line), "line" (one short line beside a row), "short" (hour or day),
    "words" (in a sentence). `relative=False` says no "Today": for fragments that are kept and shown again tomorrow.
    """
    local = timezone.localtime(at)
    hour = date_format(local, pgettext("date format: hour", "H:i"))
    day = _day(local.date(), relative)
    full = date_format(local, pgettext("date format: full", "l, j F Y, H:i T"))
    if form == "stop":
        words: str = format_html("<b>{}</b> <span>{}</span>", hour, day)
    elif form == "words":
        words = f"{(relative and _in_a_sentence(local.date())) or day} {hour}"
    else:
        words = _brief(local, day, hour, form == "short")
    return format_html(
        '<time class="when" data-form="{}" datetime="{}" title="{}">{}</time>',
        form,  # for <local-times>
        local.isoformat(timespec="minutes"),
        full,
        words,
    )


def _day(day: datetime.date, relative: bool) -> str:
    today = timezone.localdate()
    if relative and day == today:
        return gettext("Today")
    if relative and day == today - datetime.timedelta(days=1):
        return gettext("Yesterday")
    if relative and day.year == today.year:
        return date_format(day, pgettext("date format: day", "D j M"))
    return date_format(day, pgettext("date format: day and year", "j M Y"))


def _in_a_sentence(day: datetime.date) -> str:
    days = (timezone.localdate() - day).days
    return {0: gettext("today"), 1: gettext("yesterday")}.get(days, "")


def _brief(local: datetime.datetime, day: str, hour: str, either: bool) -> str:
    """What fits beside a row: "Today 11:02", "Sun 18:20", "19 Nov", "19 Nov 2024"; or only one of both."""
    today = timezone.localdate()
    if local.date() == today:
        return hour if either else f"{day} {hour}"
    if datetime.timedelta() < today - local.date() < datetime.timedelta(days=7):
        weekday = date_format(local, "D")
        return weekday if either else f"{weekday} {hour}"
    if local.year == today.year:
        return date_format(local, pgettext("date format: day without weekday", "j M"))
    return day


@register.filter
def day(on: datetime.date) -> str:
    """A day as it stands in a table or a sentence: "5 Jan 2027"."""
    return _day(on, relative=False)


@register.filter
def by_door(via: str) -> str:
    """The words for the door a thing came by; none for what is no door."""
    # Translators see each of them here: a mark never stands without its word.
    words = {
        "mail": gettext("by mail"),
        "web": gettext("on the web"),
        "chat": gettext("in chat"),
        "meeting": gettext("at the meeting"),
        "fediverse": gettext("from the fediverse"),
    }
    return words.get(via, "")


@register.filter
def undo_address(tags: str) -> str:
    """Where a POST undoes what a message tells of: what "undo:/topics/7/pin/remove topic-7" names, if it is ours."""
    first, *_others = (tags or "").split() or [""]
    address = first.removeprefix("undo:") if first.startswith("undo:/") else ""
    try:
        return address if address and resolve(address.partition("?")[0]) else ""
    except Resolver404:
        return ""


@register.filter
def sent_keys(tags: str) -> str:
    """The keys of drafts that have arrived, as a message's tags name them."""
    return " ".join(tag for tag in (tags or "").split() if not tag.startswith("undo:"))
