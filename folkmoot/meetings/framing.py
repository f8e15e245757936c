"""The frame of minutes, which writes itself: who came, what was on the agenda, what is still open."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from folkmoot.conversations import results
from folkmoot.conversations.models import Poll, Post
from folkmoot.groups.models import Membership
from folkmoot.meetings.models import Meeting, Point, Rsvp
from folkmoot.meetings.programme import from_last_time
from folkmoot.meetings.rules import is_read_by_strangers, is_talk_read_alike

MOST_LINKS = 50
MOST_NAMES = 500
MOST_POSTS = 500
MOST_POLLS = 20
_MARKS = re.compile(r"([\\`*_\[\]<>#|])")
_LINK = re.compile(r"https?://[^\s<>()\[\]\"'`]{3,500}")


def frame(meeting: Meeting) -> str:
    """Return the beginning of the minutes of a meeting as Markdown, in the group's language.

    It names nobody, and quotes nothing, that some of the later readers could not see elsewhere.
    """
    with override(meeting.group.language):
        parts = [
            f"**{plain(meeting.title)}**, {date_format(meeting.starts, 'l, j F Y, H:i')}",
            _part(_("Present"), _came(meeting)),
            _part(_("Excused"), _excused(meeting)),
            f"# {_('Agenda')}",
            *_agenda(meeting),
            f"# {_('Decisions')}\n\n{_decided(meeting) or '- '}",
            _part(_("Links"), "\n".join(f"- <{link}>" for link in links_of(meeting))),
            _part(_("Still open"), _still_open(meeting)),
        ]
        return "\n\n".join(part for part in parts if part) + "\n"


def point_line(point: Point, *, names_owner: bool) -> str:
    """A point as a line of Markdown: what sort, what, who, until when."""
    facts = [plain(point.owner.name)] if point.owner and names_owner else []
    facts += [_("until %(day)s") % {"day": date_format(point.due_on)}] if point.due_on else []
    return f"- {point.get_sort_display()}: {plain(point.words)}" + (f" ({', '.join(facts)})" if facts else "")


def plain(text: str) -> str:
    """A text that is no Markdown, as Markdown."""
    return _MARKS.sub(r"\\\1", text)


def links_of(meeting: Meeting) -> list[str]:
    """Return the links that were posted in the meeting's conversation while it went on, each once."""
    if not is_talk_read_alike(meeting):
        return []
    said = Post.objects.filter(topic=meeting.topic_id, removed_at=None)
    during = said.filter(posted_at__range=(meeting.starts_at, meeting.ends_at)).order_by("posted_at", "pk")
    bodies = during.values_list("body", flat=True)[:MOST_POSTS]
    found = (link.rstrip(".,;:!?") for body in bodies for link in _LINK.findall(body))
    return list(dict.fromkeys(found))[:MOST_LINKS]


def _decided(meeting: Meeting) -> str:
    """What polls of the meeting's conversation have decided that ended since the day before it."""
    if not is_talk_read_alike(meeting):
        return ""
    polls = Poll.objects.filter(post__topic=meeting.topic_id, post__removed_at=None, closed_at__isnull=False)
    lately = polls.filter(closed_at__gte=meeting.starts_at - timedelta(days=1)).order_by("closed_at", "pk")
    return "\n".join(_outcome(one) for one in results.shown(lately[:MOST_POLLS]).values())


def _outcome(shown: results.Shown) -> str:
    won = ", ".join(plain(one.words) for one in shown.winners) or _("nothing has won")
    votes = ", ".join(f"{plain(one.words)} {one.votes}" for one in shown.bars)
    return f"- {plain(shown.poll.question)} **{won}** ({votes})"


def _still_open(meeting: Meeting) -> str:
    named = not is_read_by_strangers(meeting)
    return "\n".join(point_line(point, names_owner=named) for point in from_last_time(meeting)[:50])


def _part(title: str, words: str) -> str:
    return f"# {title}\n\n{words}" if words else ""


def _came(meeting: Meeting) -> str:
    """Members by name where only members read it; all others, guests and whoever just walked in, as a number."""
    rows = meeting.attendances.all()
    members = Membership.objects.current().filter(group=meeting.group_id).values("person")
    named = rows.none() if is_read_by_strangers(meeting) else rows.filter(person__in=members)
    names = list(named.order_by("came_at", "pk").values_list("person__name", flat=True)[:MOST_NAMES])
    heads = rows.aggregate(all=Coalesce(Sum(F("guests") + 1), 0))["all"]
    if not names or heads == len(names):
        return _names(names) or _people(heads)
    others = heads - len(names)
    return f"{_names(names)} {ngettext('and %(n)s more', 'and %(n)s more', others) % {'n': others}}"


def _excused(meeting: Meeting) -> str:
    came = meeting.attendances.exclude(person=None).values("person")
    return _people(meeting.rsvps.filter(answer=Rsvp.Answer.NO).exclude(person__in=came).count())


def _names(names: Iterable[str]) -> str:
    return ", ".join(plain(name) for name in names)


def _people(n: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", n) % {"n": n} if n else ""


def _agenda(meeting: Meeting) -> Iterator[str]:
    items = meeting.agenda.in_order().select_related("proposal__speaker")
    for number, item in enumerate(items, 1):
        speaker = f" ({plain(item.proposal.speaker_says)})" if item.proposal else ""
        yield f"## {number}. {plain(item.title)}{speaker}"


def title_of(meeting: Meeting, at: datetime) -> str:
    """What a conversation about the minutes is called."""
    with override(meeting.group.language):
        said = _("Minutes of %(day)s: %(meeting)s")
        return (said % {"day": date_format(at), "meeting": meeting.title})[:200]
