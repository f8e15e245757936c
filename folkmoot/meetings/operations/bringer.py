"""How one meeting that was read elsewhere becomes one here, or changes one."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.models import Group
from folkmoot.groups.operations.history import note
from folkmoot.kit.errors import Refused
from folkmoot.kit.zones import on_the_wall
from folkmoot.meetings.models import Meeting, moments
from folkmoot.meetings.operations.bringing_places import Places
from folkmoot.meetings.operations.bringing_talks import bring_talks
from folkmoot.meetings.operations.brought import (
    Marks,
    at_odds,
    changed_here,
    is_brought,
    is_in_use,
    mark,
    marks,
    marks_here,
    without,
)
from folkmoot.meetings.operations.planning import apply, checked, planned
from folkmoot.meetings.plans import Plan
from folkmoot.outbox.operations import record

MOST_COUNTED = 1_000_000  # people at one meeting
WHEN = frozenset({"starts", "starts_at", "ends_at", "zone", "minutes", "cancelled_at"})


@dataclass
class Brought:
    """What came of it: how many meetings, and which plans could not be kept, with the reason.

    `kept` names what was changed here and there, and stays as it is here: the title, and the parts.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    series: int = 0
    venues: int = 0
    talks: int = 0
    kept: list[tuple[str, list[str]]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


class Bringer:
    def __init__(self, group: Group, by: Actor, via: str, most_new: int | None) -> None:
        self.group, self.by, self.via, self.done, self.most_new = group, by, via, Brought(), most_new
        self.places = Places(group, by, via, is_machine=most_new is not None)

    def bring(self, plan: Plan) -> None:
        fields = self.fields(plan)
        if (meeting := self.known(plan)) is not None:
            self.require_theirs(is_brought(meeting))
            is_changed = self.change(meeting, fields)
            self.count(self.talks(meeting, plan) or is_changed)
            return
        meeting = Meeting(group=self.group, uid=plan.uid, brought=marks(fields), **announced(), **fields)
        self.add(meeting)
        self.talks(meeting, plan)

    def talks(self, meeting: Meeting, plan: Plan) -> bool:
        """Bring what was told there; whether anything of it is new or another."""
        new, changed = bring_talks(meeting, plan.talks, by=self.by, via=self.via) if plan.talks else (0, 0)
        self.done.talks += new
        return bool(new or changed)

    def count(self, is_changed: bool) -> None:
        self.done.changed += is_changed
        self.done.same += not is_changed

    def known(self, plan: Plan) -> Meeting | None:
        """The meeting that a plan is of: by its name for calendars, else by its page elsewhere and the day."""
        single = Meeting.objects.select_for_update(no_key=True).filter(group=self.group, series=None)
        found = single.filter(uid=plan.uid).first()
        if found is None and plan.page:
            day = on_the_wall(planned(plan.starts).replace(hour=0, minute=0))
            found = single.filter(elsewhere=plan.page, starts__gte=day, starts__lt=day + timedelta(days=1)).first()
        return found

    def fields(self, plan: Plan) -> dict[str, Any]:
        """What a plan says of one meeting, as it is kept. Raises Refused where it cannot be."""
        if not 0 <= (plan.counted or 0) <= MOST_COUNTED:
            raise Refused(_("So many people come to no meeting."))
        said = self.particulars(plan)
        said |= moments(planned(plan.starts), plan.zone, plan.minutes)
        said |= {"counted": plan.counted, "elsewhere": plan.page}
        said["cancelled_at"] = said["starts_at"] if plan.is_cancelled else None  # nobody knows when
        return said | {"brought_as": mark(said)}

    def particulars(self, plan: Plan) -> dict[str, Any]:
        venue = self.places.of(plan.place) if plan.place else None
        said = {"title": plan.title, "about": plan.about[:20_000], "zone": plan.zone, "minutes": plan.minutes}
        return checked(said | {"venue": venue, "link": plan.link}, self.group)

    def require_theirs(self, is_theirs: bool) -> None:
        """Names of our meetings stand in our own calendars: anyone can put them into another."""
        if self.most_new is not None and not is_theirs:
            raise Refused(_("This was planned here, and is changed here only."))

    def add(self, meeting: Meeting) -> None:
        if self.most_new is not None and self.done.new >= self.most_new:
            raise Refused(_("There are too many meetings at once."))
        meeting.save(force_insert=True)
        record("meeting.brought", meeting, by=self.by, via=self.via)
        self.done.new += 1

    def change(self, meeting: Meeting, fields: dict[str, Any], before: Marks | None = None) -> bool:
        """Give a meeting what the plan says now, where that is news; whether it was another.

        What was changed here stays, and is noted where it was changed there, too. What was counted once stays
        counted. `before` is what is known to have been said there of one that was made here by its series.
        """
        before, said = meeting.brought or before or {}, marks(fields)
        if fields["brought_as"] == meeting.brought_as:
            if not meeting.brought:
                Meeting.objects.filter(pk=meeting.pk).update(brought=said)
            return False
        own = changed_here(meeting, before)
        self.leave(meeting, at_odds(own, before, said, marks_here(meeting)))
        fields = without(fields, own) | {"brought": before | said}
        if fields.get("counted") is None:
            fields.pop("counted", None)
        if fields.get("cancelled_at"):
            fields["cancelled_at"] = fields.get("starts_at", meeting.starts_at)
        if meeting.is_over and self.stays(meeting):
            fields = {name: value for name, value in fields.items() if name not in WHEN}
        changed = {name: value for name, value in fields.items() if getattr(meeting, name) != value}
        if changed.keys() <= {"brought_as", "brought"}:
            Meeting.objects.filter(pk=meeting.pk).update(**changed)
            return False
        self.write(meeting, changed)
        return True

    def leave(self, meeting: Meeting, parts: list[str]) -> None:
        """Say what stays as it was changed here, though it was changed there, too."""
        if parts:
            self.done.kept.append((meeting.title, parts))
            note(self.group, "meeting.kept", by=self.by, via=self.via, meeting=meeting.pk, parts=parts)

    def stays(self, meeting: Meeting) -> bool:
        """Whether it took place when it did: what people thought of it is shown by that day, and at no other."""
        return meeting.feedback.exists() or (self.most_new is not None and is_in_use(meeting))

    def write(self, meeting: Meeting, changed: dict[str, Any]) -> None:
        """Whoever has it in their calendar hears when it is called off, and when it takes place after all."""
        was_off, is_off = meeting.cancelled_at, changed.get("cancelled_at", meeting.cancelled_at)
        apply(meeting, changed, by=self.by, via=self.via)
        if bool(was_off) != bool(is_off):
            kind = "meeting.cancelled" if is_off else "meeting.uncancelled"
            record(kind, meeting, by=self.by, via=self.via)


def announced() -> dict[str, Any]:
    moment = now()
    return {"published_at": moment, "announced_at": moment}
