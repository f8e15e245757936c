"""Talks that members offer, and what others would like to hear."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group
from folkmoot.groups.operations.history import note
from folkmoot.groups.rules import is_member
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.meetings.models import AgendaItem, Interest, Proposal
from folkmoot.meetings.operations.agenda import drop
from folkmoot.meetings.rules import can_change_proposal, can_propose, can_want
from folkmoot.outbox.operations import record

MOST_OPEN = 50  # of one person in one group
LONGEST_TALK = 24 * 60  # minutes
LONGEST_ABSTRACT = 5000
NOT_YOURS = _("Only whoever proposed this, and those who organise, can change it.")
FIELDS = frozenset({"title", "abstract", "minutes", "speaker", "speaker_name", "speaker_address"})


def propose(group: Group, *, title: str, by: Actor, via: str, **details: Any) -> Proposal:
    """Offer a talk to the group. Whoever offers it speaks, unless another speaker is named.

    The same title again, while the first is open, is the same proposal.
    """
    said = _checked({"title": title, **details}, group, by)
    if not (said.get("speaker") or said.get("speaker_name")) and isinstance(by, Person):
        said["speaker"] = by
    with transaction.atomic():
        require(can_propose(by, group), _("You can't propose talks in this group."))
        mine = Proposal.objects.open().filter(group=group, by=by if isinstance(by, Person) else None)
        if known := mine.filter(title=said["title"]).first():
            return known
        if isinstance(by, Person) and mine.count() >= MOST_OPEN:
            raise Refused(_("%(most)s open proposals are the most somebody can have.") % {"most": MOST_OPEN})
        proposal: Proposal = Proposal.objects.create(group=group, by=by if isinstance(by, Person) else None, **said)
        record("proposal.made", proposal, by=by, via=via)
    return proposal


def change_proposal(proposal: Proposal, *, by: Actor, via: str, **details: Any) -> Proposal:
    """Say otherwise what a talk is about. An agenda that has it says the same, until the meeting is over."""
    with transaction.atomic():
        proposal = _hold(proposal, by)
        said = _checked(details, proposal.group, by, known=proposal)
        changed = {name: value for name, value in said.items() if getattr(proposal, name) != value}
        if not changed:
            return proposal
        Proposal.objects.filter(pk=proposal.pk).update(**changed)
        if "speaker" in changed:
            AgendaItem.objects.filter(proposal=proposal, meeting__ends_at__gt=now()).update(confirmed_at=None)
        if on_agenda := {name: changed[name] for name in ("title", "minutes") if name in changed}:
            AgendaItem.objects.filter(proposal=proposal, meeting__ends_at__gt=now()).update(**on_agenda)
        record("proposal.changed", proposal, by=by, via=via, fields=sorted(changed))
        proposal.refresh_from_db()
    return proposal


def withdraw_proposal(proposal: Proposal, *, by: Actor, via: str) -> Proposal:
    """Take a talk back. The agenda of a meeting to come loses it."""
    with transaction.atomic():
        proposal = _hold(proposal, by)
        if proposal.withdrawn_at:
            return proposal
        item = AgendaItem.objects.select_related("meeting").filter(proposal=proposal).first()
        if item is not None and item.meeting.is_over:
            raise Refused(_("This talk has been given."))
        if item is not None:
            drop(item, by=by, via=via)
        Proposal.objects.filter(pk=proposal.pk).update(withdrawn_at=now())
        record("proposal.withdrawn", proposal, by=by, via=via)
        note(proposal.group, "proposal.withdrawn", by=by, via=via, proposal=proposal.pk)
        proposal.refresh_from_db()
    return proposal


def put_proposal_back(proposal: Proposal, *, by: Actor, via: str) -> Proposal:
    """Offer a talk again that was taken back."""
    with transaction.atomic():
        proposal = _hold(proposal, by)
        if proposal.withdrawn_at:
            Proposal.objects.filter(pk=proposal.pk).update(withdrawn_at=None)
            record("proposal.put_back", proposal, by=by, via=via)
            note(proposal.group, "proposal.put_back", by=by, via=via, proposal=proposal.pk)
            proposal.refresh_from_db()
    return proposal


def want(proposal: Proposal, *, person: Person, via: str) -> None:
    """Say that one would like to hear a talk; once, however often it is said."""
    with transaction.atomic():
        require(can_want(person, proposal.group), _("You can't do this in this group."))
        if proposal.withdrawn_at:
            raise Refused(_("This talk was taken back."))
        if Interest.objects.get_or_create(proposal=proposal, person=person)[1]:
            record("proposal.wanted", proposal, by=person, via=via)


def want_no_more(proposal: Proposal, *, person: Person, via: str) -> None:
    """Say so no more."""
    with transaction.atomic():
        require(can_want(person, proposal.group), _("You can't do this in this group."))
        if Interest.objects.filter(proposal=proposal, person=person).delete()[0]:
            record("proposal.unwanted", proposal, by=person, via=via)


def _hold(proposal: Proposal, by: Actor) -> Proposal:
    rows = Proposal.objects.select_for_update(no_key=True, of=("self",)).select_related("group")
    held: Proposal = rows.get(pk=proposal.pk)
    require(can_change_proposal(by, held), NOT_YOURS)
    return held


def _checked(details: dict[str, Any], group: Group, by: Actor, known: Proposal | None = None) -> dict[str, Any]:
    """Return what is said of a talk as it is kept. Raises Refused with words for whoever said it."""
    if strange := details.keys() - FIELDS:
        raise TypeError(f"a talk has no {', '.join(sorted(strange))}")
    said = dict(details)
    if "title" in said:
        said["title"] = one_line(said["title"])[:200]
        if not said["title"]:
            raise Refused(_("Please give the talk a title."))
    if len(said.get("abstract", "")) > LONGEST_ABSTRACT:
        raise Refused(_("This is too long: %(most)s characters are the most.") % {"most": LONGEST_ABSTRACT})
    if not 1 <= said.get("minutes", 30) <= LONGEST_TALK:
        raise Refused(_("A talk takes a minute at least and a day at most."))
    _check_speaker(said, group, {by, known.speaker if known else None})
    return said


def _check_speaker(said: dict[str, Any], group: Group, free: set[Any]) -> None:
    """A speaker is a member; or a name, with an address where one is known."""
    speaker = said.get("speaker")
    if speaker is not None:
        if speaker not in free and not is_member(speaker, group):
            raise Refused(_("No member of this group has this handle."))
        said["speaker_name"] = said["speaker_address"] = ""
        return
    if "speaker_name" in said:
        said["speaker_name"] = one_line(said["speaker_name"])[:120]
    if said.get("speaker_address"):
        said["speaker_address"] = said["speaker_address"].strip().lower()
        try:
            validate_email(said["speaker_address"])
        except ValidationError as error:
            raise Refused(_("This is not a mail address.")) from error
