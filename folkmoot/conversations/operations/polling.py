"""Voting, and the end of a poll. Every door comes through here."""

import logging
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations.models import Ballot, BallotLine, Choice, Poll, Post
from folkmoot.conversations.results import winners
from folkmoot.conversations.rules import can_close_poll, can_vote
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

logger = logging.getLogger(__name__)

AT_ONCE = 100  # polls that are counted in one minute


def vote(poll: Poll, places: Sequence[int], *, person: Person, via: str) -> Ballot:
    """Cast a ballot: the places of what is chosen, the favourite first. Again is another ballot in its place.

    A secret ballot stays as it was cast: nothing leads from the person to what they chose, so nothing can be changed.
    """
    with transaction.atomic():
        poll = _hold(poll)
        require(can_vote(person, poll), _("You can't vote in this poll."))
        if not poll.is_open:
            raise Refused(_("This poll is closed."))
        chosen = _checked(poll, places)
        known = Ballot.objects.filter(poll=poll, person=person).first()
        if known is not None and poll.is_secret:
            raise Refused(_("You have voted. A secret vote can't be changed: nobody knows which one is yours."))
        ballot = known or Ballot.objects.create(poll=poll, person=person, via=via)
        if not _note(poll, ballot, chosen):
            return ballot
        Ballot.objects.filter(pk=ballot.pk).update(via=via, cast_at=now())
        if known is None:
            Poll.objects.filter(pk=poll.pk).update(ballot_count=F("ballot_count") + 1)
        _looks_different(poll)
        record("ballot.cast", ballot, by=person, via=via)
    return ballot


def close_poll(poll: Poll, *, by: Actor, via: str) -> Poll:
    """End a poll before its time: its author, or a moderator. It stays closed, for all have seen how it came out."""
    with transaction.atomic():
        poll = _hold(poll)
        require(can_close_poll(by, poll), _("Only its author or a moderator can close a poll."))
        if poll.closed_at is None:
            _close(poll, by=by, via=via)
    return poll


def close_due_polls() -> int:
    """Count the polls whose time is over. Returns how many there were."""
    closed = 0
    for poll in Poll.objects.due().order_by("closes_at", "pk")[:AT_ONCE]:
        try:
            with transaction.atomic():
                held = _hold(poll)
                if held.closed_at is None:
                    _close(held, by=None, via="clock")
                    closed += 1
        except Exception:  # one that we stumble over is tried again; the others go on
            logger.exception("poll %s could not be closed", poll.pk)
    return closed


def _hold(poll: Poll) -> Poll:
    rows = Poll.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("post__channel__group", "role").get(pk=poll.pk)


def _checked(poll: Poll, places: Sequence[int]) -> list[int]:
    offered = set(Choice.objects.filter(poll=poll).values_list("place", flat=True))
    chosen = list(dict.fromkeys(places))
    if not chosen:
        raise Refused(_("Please choose something."))
    if not offered.issuperset(chosen):
        raise Refused(_("There is no such choice in this poll."))
    if len(chosen) > poll.most:
        raise Refused(_("You can choose %(most)s at most.") % {"most": poll.most})
    return chosen if poll.kind == Poll.Kind.RANKED else sorted(chosen)


def _note(poll: Poll, ballot: Ballot, chosen: Sequence[int]) -> bool:
    """Write what was chosen: on the ballot or, where that is secret, among all others. Whether it is news."""
    if poll.is_secret:
        paper = " ".join(map(str, chosen))
        papers = {**poll.papers, paper: poll.papers.get(paper, 0) + 1}
        Poll.objects.filter(pk=poll.pk).update(papers=dict(sorted(papers.items())))
        return True
    lines = BallotLine.objects.filter(ballot=ballot)
    if list(lines.order_by("rank").values_list("choice__place", flat=True)) == list(chosen):
        return False
    lines.delete()
    by_place = dict(Choice.objects.filter(poll=poll).values_list("place", "pk"))
    BallotLine.objects.bulk_create(
        [BallotLine(ballot=ballot, choice_id=by_place[one], rank=rank) for rank, one in enumerate(chosen, start=1)]
    )
    return True


def _close(poll: Poll, *, by: Actor | None, via: str) -> None:
    poll.closed_at = now()
    poll.save(update_fields=["closed_at"])
    Choice.objects.filter(poll=poll, place__in=winners(poll)).update(is_winner=True)
    _looks_different(poll)
    record("poll.closed", poll, by=by, via=via)


def _looks_different(poll: Poll) -> None:
    Post.objects.filter(pk=poll.post_id).update(version=F("version") + 1)
