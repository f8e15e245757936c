"""The form by which a meeting, or a series of them, is planned and changed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Group, Membership
from folkmoot.kit import recurrence, zones
from folkmoot.meetings.models import Meeting, Venue
from folkmoot.meetings.operations.planning import LONGEST, MOST_SEATS
from folkmoot.meetings.repeating import Repeats, choice_of, rule_of

ONE, FOLLOWING, ALL = "one", "following", "all"
SCOPES = [(ONE, _("Only this one")), (FOLLOWING, _("This one and those that follow")), (ALL, _("All still to come"))]
PLAIN = "title minutes zone venue room link dial_in pin seats online_seats guests policy cutoff closes about".split()
MORE = "host dial_in pin online_seats guests policy cutoff closes".split()
WHERE, REPEATING = "venue room link seats".split(), "repeats until count".split()


def zone_choices() -> Iterator[tuple[str, str]]:
    return ((name, name.replace("_", " ")) for name in sorted(zones.names()) if "/" in name or name == "UTC")


def _number(label: Any, most: int, *, least: int = 0, hint: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, required=False, help_text=hint)


class PlanForm(forms.Form):
    """All that is planned of a meeting. What is seldom needed is folded."""

    title = forms.CharField(label=_("What is it about?"), max_length=200)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.IntegerField(label=_("Minutes that it takes"), min_value=0, max_value=LONGEST, initial=120)
    zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)
    venue = forms.ModelChoiceField(Venue.objects.none(), label=_("Place"), required=False)
    room = forms.CharField(
        label=_("Room"), max_length=120, required=False, help_text=_("At the place, or where it is known without one.")
    )
    link = forms.URLField(
        label=_("Link to join online"), max_length=500, required=False, assume_scheme="https",
        help_text=_("Only those who come see it."),
    )  # fmt: skip
    seats = _number(_("Seats in the room"), MOST_SEATS, hint=_("Left empty, there is room for all."))
    repeats = forms.ChoiceField(label=_("How it repeats"), choices=Repeats.choices, initial=Repeats.ONCE)
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Left empty, it goes on."),
    )  # fmt: skip
    count = _number(_("Or so many times"), recurrence.MOST, least=1)
    about = forms.CharField(
        label=_("More about it"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Markdown, as in conversations."),
    )  # fmt: skip
    dial_in = forms.CharField(label=_("Telephone numbers to dial in"), max_length=200, required=False)
    pin = forms.CharField(label=_("PIN"), max_length=40, required=False)
    online_seats = _number(_("Seats online"), MOST_SEATS)
    guests = _number(_("Guests that each may bring"), 20)
    policy = forms.ChoiceField(
        label=_("Who gets a seat that comes free"), choices=Meeting.Policy.choices, initial=Meeting.Policy.FIRST
    )
    cutoff = _number(
        _("Hours before it from which nobody gets a seat unasked"), 24 * 30, hint=_("From then on people are asked.")
    )
    closes = _number(_("Hours before it that answers end"), 24 * 60)
    host = forms.CharField(
        label=_("Who hosts it"), max_length=60, required=False,
        help_text=_("A member's handle, like @ines. Named for one meeting at a time."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, group: Group, meeting: Meeting | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.group, self.meeting = group, meeting
        here = Venue.objects.filter(group=group).in_use()
        if meeting is not None and meeting.venue_id:
            here |= Venue.objects.filter(pk=meeting.venue_id)
        self.fields["venue"] = forms.ModelChoiceField(
            here.order_by("name", "pk"), label=_("Place"), required=False, empty_label=_("None of the address book")
        )
        series = meeting.series if meeting else None
        if meeting is not None and series is None:
            for name in REPEATING:
                del self.fields[name]
        choices = [one for one in Repeats.choices if one[0] != (Repeats.ONCE if series else Repeats.KEPT)]
        if series is not None:
            self.fields["scope"] = forms.ChoiceField(
                label=_("What shall change?"), choices=SCOPES, initial=ONE, widget=forms.RadioSelect
            )
        if "repeats" in self.fields:
            self.fields["repeats"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField has them

    @property
    def scope_field(self) -> forms.BoundField | None:
        return self["scope"] if "scope" in self.fields else None

    @property
    def when_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("day", "time", "minutes", "zone")]

    @property
    def where_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in WHERE]

    @property
    def repeat_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in REPEATING if name in self.fields]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in MORE]

    @property
    def is_unfolded(self) -> bool:
        """Whether something that is folded is wrong, or is set."""
        return any(
            name in self.errors or self.initial.get(name)
            for name in ("host", "dial_in", "pin", "online_seats", "guests")
        )

    @property
    def scope(self) -> str:
        return str(self.cleaned_data.get("scope") or ONE)

    @property
    def starts(self) -> datetime:
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"].replace(second=0, microsecond=0))

    @property
    def particulars(self) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in PLAIN}
        return said | ({"host": self.cleaned_data["host"]} if self._is_of_one else {})

    @property
    def changes(self) -> dict[str, Any]:
        """Those particulars that are no longer what they were."""
        return {name: value for name, value in self.particulars.items() if value != getattr(self.meeting, name)}

    def rule(self, first: datetime, *, earlier: int = 0) -> str:
        """The rule for a first time; nothing for once. `earlier`: how many more times come than the form counted."""
        said = self.cleaned_data
        series = self.meeting.series if self.meeting else None
        kept = str(recurrence.Rule(recurrence.parse(series.rule).parts)) if series else ""
        count = said["count"] + earlier if said["count"] else None
        return rule_of(said["repeats"], first, until=said["until"], count=count, kept=kept)

    @property
    def _is_of_one(self) -> bool:
        """Whether it is about one meeting alone, which may have a host; a series has none."""
        if self.meeting is not None:
            return self.meeting.series is None or self.scope == ONE
        return bool(self.cleaned_data.get("repeats") == Repeats.ONCE)

    def clean_host(self) -> Person | None:
        handle = self.cleaned_data["host"].strip().removeprefix("@")
        if not handle:
            return None
        members = Membership.objects.current().filter(group=self.group, person__is_active=True)
        found = members.filter(person__handle__iexact=handle).select_related("person").first()
        if found is None:
            raise ValidationError(_("No member of this group has this handle."))
        return found.person

    def clean_about(self) -> str:
        text: str = self.cleaned_data["about"]
        return text.replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        for name in ("guests", "closes", "cutoff"):
            if name in said and said[name] is None:
                said[name] = 24 if name == "cutoff" else 0
        if said.get("until") and said.get("count"):
            raise ValidationError(_("Say until when, or how many times; not both."))
        if said.get("until") and said.get("day") and said["until"] < said["day"]:
            self.add_error("until", _("This is before it begins."))
        before = self.meeting.host if self.meeting else None
        if said.get("host") not in {None, before} and not self._is_of_one:
            self.add_error("host", _("A host is named for one meeting at a time."))
        return said


def as_form(meeting: Meeting) -> dict[str, Any]:
    """A meeting as the form shows it; of a series, the rule from this one on."""
    starts = meeting.starts.replace(tzinfo=None)
    shown = {name: getattr(meeting, name) for name in PLAIN} | {"day": starts.date(), "time": starts.time()}
    shown["host"] = meeting.host.handle if meeting.host else ""
    if meeting.series is None or meeting.slot is None:
        return shown
    rule = recurrence.parse(meeting.series.rule, zone=meeting.series.zone)
    first, slot = (at.replace(tzinfo=None) for at in (meeting.series.first, meeting.slot))
    rest = recurrence.since(rule, first, slot)
    until = rule.until.date() if rule.until else None
    return shown | {"repeats": choice_of(rule, first), "until": until, "count": rest.count}
