"""What the columns of a list are called, and which row says so."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from folkmoot.kit import tables

MOST_LINES_BEFORE = 10  # that stand above the names of the columns
SAMPLE = 200  # rows that are looked at

# What columns are called by Mailman, Google Groups, Groups.io, Meetup, Discourse, address books, tables by hand, us.
_NAMES = {
    "address": """email; e mail; email address; e mail address; mail; mail address; mailaddress; emailaddress;
        email 1; e mail 1 value; e mail 1; primary email; user email; member email; contact email; email id; subscriber;
        adresse der e mail; e mail adresse; email adresse; mailadresse; mail adresse; e mailadresse; emailadresse;
        address; adresse; delivery email; attendee email; buyer email""",
    "name": """name; full name; fullname; display name; displayname; real name; realname; member name; nickname;
        member; attendee; attendee name; anzeigename; vollstandiger name; vor und nachname; mitglied; person""",
    "given": "first name; firstname; given name; vorname; vornamen; rufname",
    "family": "last name; lastname; surname; family name; nachname; familienname; zuname",
    "mail": """mail delivery; delivery; delivery mode; delivery status; email preference; email delivery; subscription;
        zustellung; zustellungsart; versand; reads; mail lesen; liest; digest""",
    "status": """status; group status; state; member status; subscription status; mitgliedsstatus; suspended; silenced;
        gesperrt; suspended at""",
    "bounces": "email status; bounces; bounce status",
    "role": "role; group role; member role; roles; title; rolle; rollen; funktion",
    "since": """since; joined; join date; joined on; joined at; date joined; joined group on; member since; seit;
        created; created at; beitritt; beigetreten; beitrittsdatum; eintritt; eintrittsdatum; mitglied seit; subscribed;
        subscribed at; subscription date; confirmed at""",
    "year": "join year", "month": "join month", "day": "join day",
    "agreed": """consent; agreed; has agreed; opt in; optin; gdpr consent; einwilligung; eingewilligt; einverstanden;
        zustimmung; zugestimmt""",
    "username": "username; user name; handle; login; benutzername; nutzername",
}  # fmt: skip
KNOWN = {one.strip(): kind for kind, names in _NAMES.items() for one in names.split(";")}

_IN_ADDRESS = r"[^\s<>,;\"'()\[\]:|]"
# It begins where such letters begin, so that a long word without an @ is gone through once, not from each letter on.
ADDRESS = re.compile(f"(?<!{_IN_ADDRESS}){_IN_ADDRESS}+@{_IN_ADDRESS}+")


@lru_cache(maxsize=5_000)
def plain(name: str) -> str:
    """A column's name without what makes no difference: “E-Mail (Pflichtfeld)” is “e mail”."""
    bare = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", name)
    letters = unicodedata.normalize("NFKD", bare.casefold().replace("ß", "ss"))
    return " ".join(re.sub(r"[^\w ]|_", " ", "".join(c for c in letters if not unicodedata.combining(c))).split())


def head(rows: list[tables.Row], known: Mapping[str, str]) -> int | None:
    """Find the row that names the columns: it has no address, and either a name that we know or rows with addresses."""
    for at, row in enumerate(rows[:MOST_LINES_BEFORE]):
        if any(ADDRESS.search(cell) for cell in row.cells):
            if at == 0 or not _has_addresses(rows[at + 1 :]):
                return None
            break
        kinds = {known.get(plain(cell), "") for cell in row.cells}
        if kinds & {"address", "name", "given", "family"} or (len(row.cells) > 1 and len(kinds - {""}) > 1):
            return at
    return 0 if rows and len(rows[0].cells) > 1 and not any(ADDRESS.search(cell) for cell in rows[0].cells) else None


def _has_addresses(rows: list[tables.Row]) -> bool:
    return any(ADDRESS.search(cell) for row in rows[:SAMPLE] for cell in row.cells)


def kinds(names: tuple[str, ...], rows: list[tables.Row], known: Mapping[str, str]) -> list[str]:
    """Say what each column is to us. That of the addresses is the one that has the most."""
    found = [known.get(plain(name), "") for name in names]
    has = [sum(map(bool, map(ADDRESS.search, _column(rows, at)))) for at in range(len(names))]
    called = [at for at, kind in enumerate(found) if kind == "address"]
    most = max(called or range(len(names)), key=lambda at: (has[at], -at), default=0)
    if called and not has[most] and any(has):
        most = max(range(len(names)), key=lambda at: has[at])
    seen: set[str] = set()
    for at, kind in enumerate(found):
        if kind == "address" and plain(names[at]) == "mail" and not has[at]:
            found[at] = kind = "mail"  # as we call it: how somebody reads
        if kind == "address" or kind in seen:
            found[at] = ""
        seen.add(kind)
    if has and (has[most] or called):
        found[most] = "address"
    return found


def _column(rows: list[tables.Row], at: int) -> list[str]:
    return [row.cells[at] for row in rows[:SAMPLE] if at < len(row.cells)]
