"""Meetings that took place, or were planned, elsewhere: brought along, and again when the other place has changed.

Nobody is invited and nothing is announced: those who come have heard of them there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.models import Group
from folkmoot.groups.operations.history import note
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.zones import on_the_wall
from folkmoot.meetings.models import Meeting, Series, SeriesDate, Venue, moments
from folkmoot.meetings.operations.bringing_talks import bring_talks
from folkmoot.meetings.operations.brought import GONE, is_brought, is_in_use, is_off_elsewhere, mark
from folkmoot.meetings.operations.planning import apply, checked, planned
from folkmoot.meetings.operations.series import read_rule, row_of
from folkmoot.meetings.operations.venues import NOT_YOURS, add_venue
from folkmoot.meetings.plans import Place, Plan
from folkmoot.meetings.rules import can_organise
from folkmoot.meetings.timing import AHEAD, times
from folkmoot.outbox.operations import record

DETAILS = ("address", "city", "country", "latitude", "longitude", "directions")
MOST_ROWS = 2_000  # meetings of one series
MOST_PLACES = 500  # of a group to which a machine adds
MOST_COUNTED = 1_000_000  # people at one meeting
WHEN = frozenset({"starts", "starts_at", "ends_at", "zone", "minutes", "cancelled_at"})


@dataclass
class Brought:
    """What came of it: how many meetings, and which plans could not be kept, with the reason."""

    new: int = 0
    changed: int = 0
    same: int = 0
    series: int = 0
    venues: int = 0
    talks: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def bring_meetings_along(
    group: Group,
    plans: Iterable[Plan],
    *,
    is_rehearsal: bool = False,
    most_new: int | None = None,
    by: Actor,
    via: str,
    watch: Callable[[], None] = lambda: None,
) -> Brought:
    """Bring plans into a group, each in a transaction of its own: it may be stopped, and goes on where it was.

    A rehearsal does it all, and takes it back. What nobody here has read, but a machine fetches, makes at most
    `most_new` meetings, and changes none that was planned here or has left something behind.
    """
    require(can_organise(by, group), NOT_YOURS)
    bringer = _Bringer(group, by, via, most_new)
    if not is_rehearsal:
        return _bring(bringer, plans, watch=watch)
    with transaction.atomic():
        done = _bring(bringer, plans, watch=watch)
        transaction.set_rollback(True)
    return done


def _bring(bringer: "_Bringer", plans: Iterable[Plan], *, watch: Callable[[], None]) -> Brought:
    group, by, via, done = bringer.group, bringer.by, bringer.via, bringer.done
    for plan in plans:
        try:
            with transaction.atomic():
                require(can_organise(by, group), NOT_YOURS)
                bringer.bring(plan)
        except Refused as refusal:
            require(can_organise(by, group), NOT_YOURS)
            bringer.look_for_places()  # one that it has made is gone again
            done.refused.append((plan.title[:100], str(refusal)))
        watch()
    if done.new or done.changed:
        with transaction.atomic():
            note(group, "meeting.brought", by=by, via=via, count=done.new + done.changed)
    return done


class _Bringer:
    def __init__(self, group: Group, by: Actor, via: str, most_new: int | None) -> None:
        self.group, self.by, self.via, self.done, self.most_new = group, by, via, Brought(), most_new
        self.look_for_places()

    def look_for_places(self) -> None:
        self.places = {(one.name, one.address, one.city): one for one in Venue.objects.filter(group=self.group)}

    def bring(self, plan: Plan) -> None:
        if plan.rule:
            self.series(plan)
            return
        fields = self.fields(plan)
        if (meeting := self.known(plan)) is not None:
            self.require_theirs(is_brought(meeting))
            is_changed = self.change(meeting, fields)
            self.count(self.talks(meeting, plan) or is_changed)
            return
        meeting = Meeting(group=self.group, uid=plan.uid, **_announced(), **fields)
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
        venue = self.venue(plan.place) if plan.place else None
        said = {"title": plan.title, "about": plan.about[:20_000], "zone": plan.zone, "minutes": plan.minutes}
        return checked(said | {"venue": venue, "link": plan.link}, self.group)

    def venue(self, place: Place) -> Venue:
        key = (place.name, place.address, place.city)
        if key not in self.places:
            if self.most_new is not None and len(self.places) >= MOST_PLACES:
                raise Refused(_("There are too many places."))
            more = {name: getattr(place, name) for name in DETAILS}
            self.places[key] = add_venue(self.group, name=place.name, by=self.by, via=self.via, **more)
            self.done.venues += 1
        return self.places[key]

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

    def change(self, meeting: Meeting, fields: dict[str, Any]) -> bool:
        """Give a meeting what the plan says now, where that is news; whether it was another.

        What was changed here stays until something else is said there. What was counted once stays counted, and one
        that was called off here stays so.
        """
        if fields["brought_as"] == meeting.brought_as:
            return False
        if fields.get("counted") is None:
            fields.pop("counted", None)
        if meeting.cancelled_at and not is_off_elsewhere(meeting):
            del fields["cancelled_at"]
        if meeting.is_over and self.stays(meeting):
            fields = {name: value for name, value in fields.items() if name not in WHEN}
        changed = {name: value for name, value in fields.items() if getattr(meeting, name) != value}
        if changed.keys() == {"brought_as"}:
            Meeting.objects.filter(pk=meeting.pk).update(**changed)
            changed = {}
        if changed:
            self.write(meeting, changed)
        return bool(changed)

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

    def series(self, plan: Plan) -> None:
        rule = str(read_rule(plan.rule, plan.zone))
        what = {"rule": rule, "first": on_the_wall(planned(plan.starts)), **self.particulars(plan)}
        known = Series.objects.select_for_update(no_key=True).filter(group=self.group, uid=plan.uid)
        series = known.first()
        self.require_theirs(series is None or is_brought(*series.meetings.all()))
        if series is None:
            series = Series.objects.create(group=self.group, uid=plan.uid, published_at=now(), **what)
            record("series.brought", series, by=self.by, via=self.via)
            self.done.series += 1
            self.dates(series, plan)
        elif self.dates(series, plan) or any(getattr(series, name) != value for name, value in what.items()):
            news = {"sequence": series.sequence + 1, "changed_at": now()}
            Series.objects.filter(pk=series.pk).update(**what, **news)
            series.refresh_from_db()
            record("series.brought", series, by=self.by, via=self.via)
        self.rows(series, plan)

    def dates(self, series: Series, plan: Plan) -> bool:
        """Keep what is added to the rule and what is left out; whether that is something else than before."""
        said = {on_the_wall(planned(at)): True for at in plan.extra}
        said |= {on_the_wall(planned(at)): False for at in plan.left_out}
        if said == dict(series.dates.values_list("at", "is_extra")):
            return False
        series.dates.all().delete()
        rows = [SeriesDate(series=series, at=at, is_extra=is_extra) for at, is_extra in said.items()]
        SeriesDate.objects.bulk_create(rows)
        return True

    def rows(self, series: Series, plan: Plan) -> None:
        """Make the meetings of a series up to a year from now, as the plan has each of them."""
        first = plan.starts.replace(second=0)
        end = max(now().astimezone(UTC).replace(tzinfo=None), first) + AHEAD
        others = {planned(one.slot): one for one in plan.others if one.slot}
        slots = sorted({*times(series, start=first, end=end), *others})[-MOST_ROWS:]
        there = {one.slot: one for one in Meeting.objects.select_for_update(no_key=True).filter(series=series)}
        for slot in slots:
            self.row(series, plan, others.get(slot), slot, there.pop(on_the_wall(slot), None))
        for gone in there.values():
            self.no_longer(gone)
        Series.objects.filter(pk=series.pk).update(filled_to=on_the_wall(end))

    def row(self, series: Series, plan: Plan, other: Plan | None, slot: datetime, row: Meeting | None) -> None:
        fields = self.fields(other) if other else self.particulars(plan) | moments(slot, plan.zone, plan.minutes)
        off = fields["starts_at"] if plan.is_cancelled else None
        fields = {"counted": None, "elsewhere": plan.page, "cancelled_at": off} | fields
        fields |= {"brought_as": mark({name: value for name, value in fields.items() if name != "brought_as"})}
        if row is not None:
            self.count(self.change(row, fields))
            return
        made = row_of(series, slot)
        for name, value in (fields | _announced()).items():
            setattr(made, name, value)
        self.add(made)

    def no_longer(self, row: Meeting) -> None:
        """One that the series has no longer: gone where nothing came of it yet, else called off.

        What is over and has left something behind did take place, whatever they say elsewhere now.
        """
        is_used = is_in_use(row)
        if not (row.is_over or is_used):
            Meeting.objects.filter(pk=row.pk).delete()
            self.done.changed += 1
        elif not (row.cancelled_at or row.brought_as == GONE or (row.is_over and is_used)):
            self.write(row, {"cancelled_at": row.starts_at, "brought_as": GONE})
            self.done.changed += 1


def _announced() -> dict[str, Any]:
    moment = now()
    return {"published_at": moment, "announced_at": moment}
