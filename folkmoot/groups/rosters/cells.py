"""What the cells of a list mean: how somebody reads, since when they were there, why they are not to be taken in."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from folkmoot.groups.models import Membership
from folkmoot.groups.rosters.columns import plain

_NO = frozenset("no false 0 n nein falsch off none keine kein".split())
_NO_MAIL = frozenset(
    """
    none; nomail; no mail; no email; web; web only; on the web; disabled; off; no; nein; keine; kein; keine mail;
    keine e mail; keine e mails; im web; special notices only; abgeschaltet; disabled by user; disabled by moderator;
    disabled by bounces
    """.replace("\n", "").replace("    ", " ").replace("; ", ";").strip().split(";")
)  # fmt: skip
_GONE = frozenset(
    """
    banned|suspended|blocked|silenced|removed|left|unsubscribed|deactivated|deleted|cleaned|gesperrt|entfernt
    ausgetreten|abgemeldet|geloscht|former|ehemalig|bounced|bouncing|invalid|complained
    """.replace("\n", "|")
    .replace(" ", "")
    .split("|")
) - {""}
_WAITING = frozenset("pending|invited|unconfirmed|waiting|requested|eingeladen|wartet|unbestatigt".split("|"))
_RUNS = frozenset("owner|manager|moderator|admin|administrator|organizer|organiser|co organizer|inhaber".split("|"))


def reading(cell: str) -> str:
    said = plain(cell)
    if not said:
        return ""
    is_off = said in _NO_MAIL or "digest" in said or "zusammenfassung" in said or said in {"abridged", "daily summary"}
    return Membership.Mail.NONE if is_off else Membership.Mail.EACH


def not_taken(cells: Mapping[str, str]) -> str | Promise:
    said, bounces = plain(cells.get("status", "")), plain(cells.get("bounces", ""))
    if bounces in _GONE:
        return _("Letters to this address come back, the list says.")
    if plain(cells.get("agreed", "yes")) in _NO:
        return _("They have not agreed, the list says.")
    if said in _GONE or re.match(r"\d{4} \d\d? \d\d?", said):  # Discourse says since when
        return _("The list says “%(status)s”, so they are not taken in.") % {"status": cells["status"][:40]}
    if said in _WAITING:
        return _("The list says “%(status)s”: they were no member yet.") % {"status": cells["status"][:40]}
    return ""


def remark(cells: Mapping[str, str]) -> str | Promise:
    """What was more than being a member is not given by a list."""
    said = cells.get("role", "")
    if plain(said) in _RUNS or plain(cells.get("status", "")) in _RUNS:
        shown = said if plain(said) in _RUNS else cells["status"]
        return _("Was “%(role)s” there. A list gives no roles; give it yourself.") % {"role": shown[:40]}
    if "digest" in plain(cells.get("mail", "")):
        return _("Had a digest there. Reads on the web here, until they choose.")
    return ""


_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%B %d, %Y", "%b %d, %Y", "%d %b %Y")


def since(cells: Mapping[str, str]) -> date | None:
    """Since when somebody was there, if that can be read and is not still to come."""
    text = cells.get("since", "")
    if "year" in cells:
        text = "-".join(cells.get(part, "1").zfill(2) for part in ("year", "month", "day"))
    found = _day(text) or _day(re.split(r"[T ]", text)[0]) if text else None
    return found if found and date(1970, 1, 1) <= found <= localdate() else None


@lru_cache(maxsize=5_000)
def _day(text: str) -> date | None:
    for form in _DAYS:
        with suppress(ValueError):
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
    return None
