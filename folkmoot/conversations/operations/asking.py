"""A poll that comes with a post."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.conversations.models import Choice, Poll, Post
from folkmoot.groups.models import Group, Role
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

LONGEST = 200  # characters of a question or a choice
FEWEST, MOST = 2, 20  # choices
FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a poll is to ask, and how."""

    question: str
    choices: Sequence[str]
    kind: str = Poll.Kind.SINGLE
    most: int = 0  # of several choices; 0: as many as there are
    is_secret: bool = False
    shows_at_once: bool = True
    voters: str = Poll.Voters.POSTERS
    role: Role | None = None
    closes_at: datetime | None = None


def checked_poll(asked: Asked, group: Group) -> Asked:
    """Return a poll as it is kept. Raises Refused with words for whoever asks."""
    question = one_line(asked.question)[:LONGEST]
    choices = [one_line(words)[:LONGEST] for words in asked.choices]
    choices = [words for words in choices if words]
    if not question:
        raise Refused(_("Please write what you ask."))
    if not FEWEST <= len(choices) <= MOST:
        raise Refused(_("A poll has from %(fewest)s to %(most)s choices.") % {"fewest": FEWEST, "most": MOST})
    if len({words.casefold() for words in choices}) < len(choices):
        raise Refused(_("Two choices are the same."))
    if asked.kind not in Poll.Kind.values or asked.voters not in Poll.Voters.values:
        raise Refused(_("There is no such kind of poll."))
    _check_voters(asked, group)
    if asked.closes_at is not None and not now() < asked.closes_at < now() + FURTHEST:
        raise Refused(_("A poll closes at a time to come, within a year."))
    at_once = asked.shows_at_once and not asked.is_secret
    most = _most(asked, len(choices))
    return replace(asked, question=question, choices=tuple(choices), most=most, shows_at_once=at_once)


def add_poll(post: Post, asked: Asked) -> Poll:
    """Add a checked poll to a post, in the transaction in which the post is made."""
    names = "question kind most is_secret shows_at_once voters role closes_at".split()
    poll = Poll.objects.create(post=post, **{name: getattr(asked, name) for name in names})
    Choice.objects.bulk_create(
        [Choice(poll=poll, place=place, words=words) for place, words in enumerate(asked.choices, start=1)]
    )
    record("poll.opened", poll, by=post.author, via=post.via)
    return poll


def _check_voters(asked: Asked, group: Group) -> None:
    of_role = asked.voters == Poll.Voters.ROLE
    if of_role and (asked.role is None or asked.role.group_id != group.pk or asked.role.audience):
        raise Refused(_("Please say which role votes."))
    if asked.role is not None and not of_role:
        raise Refused(_("A role votes only where the poll is for one."))


def _most(asked: Asked, choices: int) -> int:
    if asked.kind == Poll.Kind.SINGLE:
        return 1
    if not 0 <= asked.most <= choices:
        raise Refused(_("Nobody can choose more than there is."))
    return choices if asked.kind == Poll.Kind.RANKED else asked.most or choices
