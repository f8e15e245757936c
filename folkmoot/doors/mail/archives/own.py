"""Fields that only our own archives have: what a letter alone doesn't say of a post."""

from dataclasses import dataclass
from datetime import UTC, datetime

from folkmoot.conversations.models import Post
from folkmoot.kit.mime import headers

TITLE, MARKUP, POSTED = "X-Folkmoot-Title", "X-Folkmoot-Markup", "X-Folkmoot-Posted"
WITHIN = 64 * 1024  # bytes of a letter in which its header is looked for
_MARK = b"\nX-Folkmoot-"


@dataclass(frozen=True, slots=True)
class Own:
    """The topic's title, how the body is written, and when it was posted."""

    title: str = ""
    markup: str = ""
    posted_at: datetime | None = None


NOTHING = Own()


def own_fields(raw: bytes) -> Own:
    """Read them. Anybody can write them; they say nothing that a Subject and a Date could not say as well."""
    if _MARK not in raw[:WITHIN]:
        return NOTHING
    fields, _body = headers.read(raw, 0, len(raw), [])
    markup = fields.first(MARKUP.lower())
    return Own(
        title=fields.text(TITLE.lower()),
        markup=markup if markup in Post.Markup.values else "",
        posted_at=_time(fields.first(POSTED.lower())),
    )


def _time(value: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
