from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Membership
from folkmoot.kit import cities
from folkmoot.meetings.models import Meeting, Rsvp, Venue, Wish
from folkmoot.meetings.operations.answering import MOST_GUESTS

MOST_WISHES = 10
ROOM, ONLINE = "yes", "online"  # what "yes" is called where there are both


class WishField(forms.CharField):
    """What those who organise would like to know. Whoever does not come owes no answer, so it is never required."""

    def __init__(self, wish: Wish, *, initial: str) -> None:
        self.is_owed = wish.is_required
        hint = gettext("Please answer it if you come.") if self.is_owed else ""
        super().__init__(label=wish.words, max_length=500, required=False, initial=initial, help_text=hint)


class AnswerForm(forms.Form):
    """Yes, no or maybe; where there is a room and a way in online, yes says which."""

    answer = forms.ChoiceField(choices=[(name, name) for name in (ROOM, ONLINE, "maybe", "no")])

    def __init__(self, meeting: Meeting, data: Any = None, *, mine: Rsvp | None = None) -> None:
        self.meeting, self.wishes = meeting, list(Wish.objects.filter(meeting=meeting).order_by("position", "pk"))
        super().__init__(data, initial={"guests": mine.guests, "note": mine.note} if mine else None)
        if meeting.guests:
            most = min(meeting.guests, MOST_GUESTS)
            self.fields["guests"] = forms.IntegerField(
                label=_("Guests you bring"), required=False, min_value=0, max_value=most,
                help_text=gettext("%(most)d at most.") % {"most": most},
            )  # fmt: skip
        said = {one.wish_id: one.words for one in mine.wishes.all()} if mine and self.wishes else {}
        for wish in self.wishes:
            self.fields[f"wish_{wish.pk}"] = WishField(wish, initial=said.get(wish.pk, ""))
        self.fields["note"] = forms.CharField(
            label=_("A note to those who organise it"), max_length=300, required=False
        )

    @property
    def more(self) -> Iterator[forms.BoundField]:
        """All but the answer itself, which is a row of buttons."""
        return (field for field in self if field.name != "answer")

    @property
    def said(self) -> dict[str, Any]:
        """What the operation takes. What was not sent stays as it was."""
        chosen = self.cleaned_data["answer"]
        said: dict[str, Any] = {"answer": "yes" if chosen == ONLINE else chosen}
        if chosen in {ROOM, ONLINE} and self.meeting.is_hybrid:
            said["place"] = Rsvp.Place.ONLINE if chosen == ONLINE else Rsvp.Place.ROOM
        said |= {
            name: self.cleaned_data[name] for name in ("guests", "note") if name in self.data and name in self.fields
        }
        if said.get("guests", 0) is None:
            said["guests"] = 0
        if any(f"wish_{wish.pk}" in self.data for wish in self.wishes):
            said["wishes"] = {wish.pk: self.cleaned_data[f"wish_{wish.pk}"] for wish in self.wishes}
        return said


class AnswerForForm(forms.Form):
    """An answer that a member gave otherwise, by telephone perhaps."""

    who = forms.CharField(label=_("Who"), max_length=254, help_text=_("Their handle or their mail address."))
    answer = forms.ChoiceField(label=_("Their answer"), choices=Rsvp.Answer.choices)
    place = forms.ChoiceField(label=_("Where"), choices=Rsvp.Place.choices, required=False)
    guests = forms.IntegerField(label=_("Guests"), min_value=0, max_value=MOST_GUESTS, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, meeting: Meeting, data: Any = None) -> None:
        super().__init__(data)
        self.meeting = meeting
        if not meeting.is_hybrid:
            del self.fields["place"]
        if not meeting.guests:
            del self.fields["guests"]

    def clean_who(self) -> Person:
        named = self.cleaned_data["who"].strip().removeprefix("@").lower()
        members = Membership.objects.current().filter(group=self.meeting.group_id, person__is_active=True)
        how = {"person__emailaddress__email": named} if "@" in named else {"person__handle__iexact": named}
        found = members.filter(**how).select_related("person").first()
        if found is None:
            raise ValidationError(_("No member of this group has this handle or address."))
        return found.person


class WishForm(forms.Form):
    words = forms.CharField(
        label=_("Question to those who come"), max_length=200, help_text=_("Like “What do you eat?”")
    )
    is_required = forms.BooleanField(label=_("Whoever comes has to answer it"), required=False)


class WhyForm(forms.Form):
    why = forms.CharField(
        label=_("Why?"), max_length=300, required=False, help_text=_("Everybody who answered reads it.")
    )


KNOWN = [("", _("nobody has said")), ("yes", _("yes")), ("no", _("no"))]


def _tristate(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=KNOWN, required=False, coerce=lambda said: said == "yes", empty_value=None
    )


class VenueForm(forms.Form):
    """A place, with what somebody needs to know who has never been there."""

    name = forms.CharField(label=_("What it is called"), max_length=120)
    address = forms.CharField(label=_("Street and number"), max_length=300, required=False)
    city = forms.CharField(label=_("Town"), max_length=80, required=False)
    country = forms.RegexField(
        "^[A-Za-z]{2}$", label=_("Country"), required=False, strip=True, max_length=2,
        help_text=_("Two letters, like DE or PL."),
    )  # fmt: skip
    is_step_free = _tristate(_("Is it step-free?"))
    has_hearing_loop = _tristate(_("Is there a hearing loop?"))
    doors = forms.CharField(
        label=_("When the doors open"), max_length=120, required=False, help_text=_("Like “half an hour before”.")
    )
    directions = forms.CharField(
        label=_("How to find it"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("From the nearest stop to the right bell."),
    )  # fmt: skip
    parking = forms.CharField(label=_("Parking, also for bicycles"), max_length=300, required=False)
    seats = forms.IntegerField(label=_("How many fit in"), min_value=1, max_value=100_000, required=False)
    latitude = forms.FloatField(label=_("Degrees north"), min_value=-90, max_value=90, required=False)
    longitude = forms.FloatField(
        label=_("Degrees east"), min_value=-180, max_value=180, required=False,
        help_text=_("Both numbers stand in the address of every map page. Left empty, it is the middle of the town."),
    )  # fmt: skip
    contact = forms.CharField(
        label=_("Whom to ask for the key"), max_length=200, required=False,
        help_text=_("Only those who organise meetings see this."),
    )  # fmt: skip

    def clean_country(self) -> str:
        country: str = self.cleaned_data["country"]
        return country.upper()

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if (said.get("latitude") is None) != (said.get("longitude") is None):
            self.add_error("longitude", _("A place on the map needs both its numbers, north and east."))
        elif said.get("latitude") is None and said.get("city") and "city" in self.changed_data:
            said |= _where(said["city"], said.get("country", ""))
        return said


def _where(city: str, country: str) -> dict[str, Any]:
    """Where a town lies, and in which country: the largest one of that name; nothing for one that we don't know."""
    found = cities.find(city, country=country, most=1)
    if not found or cities.folded(city) not in map(cities.folded, (found[0].name, *found[0].others)):
        return {}
    town = found[0]
    return {"latitude": town.latitude, "longitude": town.longitude, "country": country or town.country}


def as_form(venue: Venue) -> dict[str, Any]:
    """A venue as the form shows it."""
    said = {None: "", True: "yes", False: "no"}
    plain = {name: getattr(venue, name) for name in VenueForm.base_fields}
    return plain | {name: said[plain[name]] for name in ("is_step_free", "has_hearing_loop")}
