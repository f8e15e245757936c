"""Talks of meetings that come from elsewhere. Their speakers are names, and nobody is asked whether they come."""

from collections.abc import Sequence
from typing import Any

from folkmoot.accounts.models import Actor
from folkmoot.meetings.models import AgendaItem, Meeting, Proposal
from folkmoot.meetings.operations.agenda import append
from folkmoot.meetings.plans import Talk
from folkmoot.outbox.operations import record


def bring_talks(meeting: Meeting, talks: Sequence[Talk], *, by: Actor, via: str) -> tuple[int, int]:
    """Put talks on the agenda of a meeting that is brought, in the transaction of whoever has asked the rule.

    Returns how many are new and how many have changed. What was taken off the agenda here stays off it.
    """
    there = Proposal.objects.filter(group=meeting.group_id, uid__in=[talk.uid for talk in talks])
    known = {one.uid: one for one in there.select_related("item")}
    new = changed = 0
    for talk in talks:
        if talk.uid in known:
            changed += _change(known[talk.uid], talk, by, via)
            continue
        known[talk.uid] = _add(meeting, talk, by, via)
        new += 1
    return new, changed


def _add(meeting: Meeting, talk: Talk, by: Actor, via: str) -> Proposal:
    proposal: Proposal = Proposal.objects.create(group=meeting.group, uid=talk.uid, **_said(talk))
    spoke = meeting.starts_at if meeting.is_over else None
    more = {"minutes": talk.minutes, "recording": talk.recording, "confirmed_at": spoke}
    item = append(meeting, proposal=proposal, title=talk.title, **more)
    record("talk.brought", item, by=by, via=via)
    return proposal


def _change(proposal: Proposal, talk: Talk, by: Actor, via: str) -> bool:
    """Say of a talk what the list says now. A speaker who has been found here stays, and a recording too."""
    said = _said(talk)
    if proposal.speaker_id:
        del said["speaker_name"]
    item: AgendaItem | None = getattr(proposal, "item", None)
    on_agenda = {"title": talk.title, "minutes": talk.minutes}
    if talk.recording:
        on_agenda["recording"] = talk.recording
    is_changed = _write(proposal, said)
    if item is not None and _write(item, on_agenda):
        is_changed = True
        record("agenda.changed", item.meeting, by=by, via=via, item=item.pk)
    if is_changed:
        record("proposal.changed", proposal, by=by, via=via, fields=sorted(said))
    return is_changed


def _said(talk: Talk) -> dict[str, Any]:
    words = {"title": talk.title, "abstract": talk.abstract, "speaker_name": talk.speakers}
    return words | {"minutes": talk.minutes}


def _write(row: Proposal | AgendaItem, said: dict[str, Any]) -> bool:
    """Write what is another; whether anything was."""
    changed = {name: value for name, value in said.items() if getattr(row, name) != value}
    if changed:
        type(row)._default_manager.filter(pk=row.pk).update(**changed)
    return bool(changed)
