"""The places of meetings that come from elsewhere, as this group's address book has them."""

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.models import Group
from folkmoot.kit.errors import Refused
from folkmoot.meetings.models import Venue
from folkmoot.meetings.operations.brought import mark
from folkmoot.meetings.operations.venues import add_venue
from folkmoot.meetings.plans import Place

DETAILS = ("address", "city", "country", "latitude", "longitude", "directions")
MOST_PLACES = 500  # of a group to which a machine adds


class Places:
    """Finds a place by what it was called where it came from, whatever it is called here by now."""

    def __init__(self, group: Group, by: Actor, via: str, *, is_machine: bool) -> None:
        self.group, self.by, self.via, self.is_machine, self.made = group, by, via, is_machine, 0
        self.look()

    def look(self) -> None:
        there = list(Venue.objects.filter(group=self.group).order_by("-pk"))  # of two the older one counts
        self.by_name = {(one.name, one.address, one.city): one for one in there}
        self.by_mark = {one.brought_as: one for one in there if one.brought_as}

    def of(self, place: Place) -> Venue:
        name = (place.name, place.address, place.city)
        said = mark({"name": name})
        venue = self.by_mark.get(said) or self.by_name.get(name) or self.add(place)
        if not venue.brought_as:
            Venue.objects.filter(pk=venue.pk).update(brought_as=said)
            venue.brought_as = said
        self.by_name[name] = self.by_mark[said] = venue
        return venue

    def add(self, place: Place) -> Venue:
        if self.is_machine and len(self.by_name) >= MOST_PLACES:
            raise Refused(_("There are too many places."))
        more = {name: getattr(place, name) for name in DETAILS}
        self.made += 1
        return add_venue(self.group, name=place.name, by=self.by, via=self.via, **more)
