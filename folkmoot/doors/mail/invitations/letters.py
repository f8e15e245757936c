"""Letters that put a meeting into a calendar, change it there, or take it out (RFC 6047)."""

from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from folkmoot.accounts.language import speaking
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Channel, Post
from folkmoot.conversations.operations import main_channel
from folkmoot.doors.mail import addresses, compose, tokens
from folkmoot.doors.mail.invitations import copies, entries, newcomers, words
from folkmoot.doors.mail.invitations.copies import Saying, Seen
from folkmoot.doors.mail.models import CalendarCopy
from folkmoot.doors.mail.transport import Copy, Sheet
from folkmoot.groups.models import Membership
from folkmoot.kit.msgid import new_message_id
from folkmoot.meetings.models import Meeting, Rsvp

SUBJECTS = {
    Saying.CHANGED: gettext_lazy("Changed: %(title)s"),
    Saying.AGAIN: gettext_lazy("Takes place after all: %(title)s"),
    Saying.CANCELLED: gettext_lazy("Called off: %(title)s"),
}
ANSWERS = {
    "yes": gettext_lazy("You come: %(title)s"),
    "maybe": gettext_lazy("You may come: %(title)s"),
    "no": gettext_lazy("You don't come: %(title)s"),
    copies.WAITS: gettext_lazy("In line for a seat: %(title)s"),
}


def letter(copy: CalendarCopy, said: Saying, seen: Seen) -> Copy:
    """Return the letter to one reader that says this."""
    meeting, person = copy.meeting, copy.person
    member = Membership.objects.current().filter(group=meeting.group_id, person=person).first()
    with override(meeting.group.language), speaking(person):
        message = _gone(copy, seen) if said == Saying.GONE else _told(copy, said, seen, member)
        head = compose.header(_fields(copy, said, seen))
    own = compose.ways_out(meeting.group, member.pk).encode() if member and said != Saying.GONE else b""
    sender = addresses.return_path(meeting.group, member.pk, 0) if member else ""
    return Copy(
        sender=sender, recipient=copy.address, sheet=Sheet(head + message.as_bytes(policy=policy.SMTP)), own=own
    )


def _told(copy: CalendarCopy, said: Saying, seen: Seen, member: Membership | None) -> EmailMessage:
    context = _context(copy, said, seen, member)
    message = EmailMessage(policy=policy.SMTP)
    message.set_content(render_to_string("mail/meeting.txt", context), cte="quoted-printable")
    html = render_to_string("mail/meeting_letter.html", context)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return _with_calendar(message, entries.written(copy, said, seen), said)


def _gone(copy: CalendarCopy, seen: Seen) -> EmailMessage:
    """Take the meeting away without a word of what it was."""
    message = EmailMessage(policy=policy.SMTP)
    message.set_content(
        _("A meeting leaves your calendar: you no longer take part where it was planned.") + "\n",
        cte="quoted-printable",
    )
    return _with_calendar(message, entries.taken_away(copy, seen), Saying.GONE)


def _with_calendar(message: EmailMessage, calendar: str, said: Saying) -> EmailMessage:
    """Add the calendar as one more face of the letter, which programs act on, and as a file, which people can open."""
    method = "CANCEL" if said.takes_away else "REQUEST"
    raw = calendar.encode()
    message.add_alternative(
        raw, "text", "calendar", disposition="inline", params={"method": method, "charset": "utf-8"}
    )
    name = "cancel.ics" if said.takes_away else "invite.ics"
    message.add_attachment(raw, maintype="application", subtype="ics", filename=name)
    return message


def _fields(copy: CalendarCopy, said: Saying, seen: Seen) -> dict[str, list[str]]:
    meeting, channel = copy.meeting, _channel(copy.meeting)
    group, first = meeting.group, _first_post(meeting)
    answers_first = first is not None and said != Saying.INVITATION
    name = f"{first.byline} via {group.name}" if first is not None and not answers_first else group.name
    fields = {
        "Date": [format_datetime(now())],
        "From": compose.mailbox(name, addresses.of_channel(channel)),
        "To": [copy.address] if copy.address.isascii() else compose.mailbox(group.name, addresses.of_channel(channel)),
        "Reply-To": compose.mailbox(group.name, addresses.answering(meeting, copy.person_id)),
        "Subject": compose.words(_subject(copy, said, seen)),
        "Message-ID": [_message_id(copy, said, first)],
    }
    if said == Saying.GONE:
        return fields | {"Auto-Submitted": ["auto-generated"]}
    if first is not None and answers_first:
        fields |= {"In-Reply-To": [first.message_id], "References": [first.message_id]}
    return fields | compose.list_fields(channel)


def _message_id(copy: CalendarCopy, said: Saying, first: Post | None) -> str:
    """An invitation is the first post of the meeting's conversation, and the same one if it goes out twice."""
    if said != Saying.INVITATION:
        return new_message_id(settings.HOST)
    return first.message_id if first is not None else f"<meeting-{copy.meeting_id}@{settings.HOST}>"


def _subject(copy: CalendarCopy, said: Saying, seen: Seen) -> str:
    if said == Saying.GONE:
        return _("A meeting leaves your calendar")
    if said == Saying.INVITATION:
        return copy.meeting.title
    if said == Saying.AGAIN and not copy.knows:
        return copy.meeting.title  # it was never called off: this reader alone heard no more of it
    if said != Saying.ANSWERED:
        return str(SUBJECTS[said]) % {"title": copy.meeting.title}
    if _has_moved_up(copy, seen):
        return _("You have a seat: %(title)s") % {"title": copy.meeting.title}
    return str(ANSWERS.get(seen.answer, "%(title)s")) % {"title": copy.meeting.title}


def _context(copy: CalendarCopy, said: Saying, seen: Seen, member: Membership | None) -> dict[str, Any]:
    meeting, person = copy.meeting, copy.person
    rsvp = Rsvp.objects.filter(meeting=meeting, person=person).first()
    return {
        "meeting": meeting,
        "group": meeting.group,
        "news": _news(copy, said, seen),
        "when": words.when(seen.facts),
        "own_time": words.own_time(seen.facts, person),
        "where": words.where(seen.facts),
        "answer": words.answer(meeting, rsvp),
        "comes": bool(seen.facts["way_in"]),
        "is_on": not said.takes_away,
        "later": _later(copy, said, member),
        "calendars": f"{settings.SITE}{reverse('calendars')}",
        "about": meeting.about if said == Saying.INVITATION else "",
        "about_html": _about(meeting.about) if said == Saying.INVITATION else "",
        "site": settings.SITE,
        "url": f"{settings.SITE}{meeting.get_absolute_url()}",
        "rsvp": f"{settings.SITE}/rsvp/{tokens.rsvp_token(meeting.pk, person.pk)}",
        "off": f"{settings.SITE}/mail/invitations/{tokens.invitations_token(member.pk)}" if member else "",
        "is_invitation": said == Saying.INVITATION,
    }


def _later(copy: CalendarCopy, said: Saying, member: Membership | None) -> list[str]:
    """When the same series meets again, for those who are new to it: to each of these they are invited in its turn."""
    if said != Saying.INVITATION:
        return []
    dates = newcomers.further_dates(copy.meeting, member)
    return [words.when(copies.facts(one, comes=False)) for one in dates]


def _news(copy: CalendarCopy, said: Saying, seen: Seen) -> list[str]:
    """What is new, said first."""
    news = []
    if said == Saying.CANCELLED:
        why = copy.meeting.why_cancelled
        news.append(
            _("This meeting does not take place: %(why)s") % {"why": why}
            if why
            else _("This meeting does not take place.")
        )
    if said == Saying.AGAIN and copy.knows:
        news.append(_("This meeting takes place after all."))
    if _has_moved_up(copy, seen) and not said.takes_away:
        news.append(_("A seat came free, and it is yours. If you can't come, please say no, so that the next one can."))
    return news if said.takes_away else news + words.changes(copy.knows, seen.facts)


def _has_moved_up(copy: CalendarCopy, seen: Seen) -> bool:
    return copy.answer == copies.WAITS and seen.answer == Rsvp.Answer.YES


def _channel(meeting: Meeting) -> Channel:
    return meeting.topic.channel if meeting.topic is not None else main_channel(meeting.group)


def _first_post(meeting: Meeting) -> Post | None:
    """The post that an invitation is for those who read by mail."""
    if meeting.topic_id is None:
        return None
    return Post.objects.filter(topic=meeting.topic_id).select_related("author").in_order().first()


@lru_cache(maxsize=20)
def _about(text: str) -> str:
    """Rendered once for all readers of an invitation."""
    return rendering.for_letter(rendering.render(text, Post.Markup.MARKDOWN)[0], settings.SITE)
