"""Which names a group may take, before the @ and in its page's address."""

import re
from zlib import crc32

from django.utils.text import slugify

from folkmoot.groups.models import LONGEST_SLUG, MailName

# Duties of a mail host (RFC 2142), and the words that follow a "+" in our addresses or stand first in our pages'.
RESERVED = frozenset(
    "abuse admin administrator help hostmaster info mailer-daemon mailman majordomo news nobody noc noreply no-reply "
    "owner postmaster root security support usenet uucp webmaster www "
    "bounces case confirm join leave members pause reply report request resume rsvp subscribe unsubscribe "
    "dates polls vote "
    "account api design events files g groups imprint inbox installation mail manage me messages new people privacy "
    "search settings start static "
    "terms topics".split()
)


def suggest(name: str) -> str:
    """Return a free slug for a group's name."""
    base = slugify(name)[:LONGEST_SLUG].strip("-_") or f"group-{crc32(name.encode()) % 100_000}"
    base = re.sub(r"[-_]+", "-", base)
    slug, number = base, 2
    while not is_free(slug):
        slug = f"{base[: LONGEST_SLUG - 4]}-{number}"
        number += 1
    return slug


def is_well_formed(slug: str) -> bool:
    return len(slug) <= LONGEST_SLUG and bool(re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug))


def is_free(slug: str) -> bool:
    return slug not in RESERVED and not MailName.objects.filter(local=slug).exists()


def initials(name: str) -> str:
    """Return the two letters of a group's sign."""
    words = re.findall(r"[^\W_]+", name)
    letters = words[0][:2] if len(words) == 1 else "".join(word[0] for word in words[:2])
    return letters.upper()[:4] or "?"


def hue(slug: str) -> int:
    """Return a colour for a new group, in steps of ten degrees, the same for the same address."""
    return crc32(slug.encode()) % 36 * 10
