"""What is asked when roles are given and things denied."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Group, Membership, MembershipQuerySet, Role
from folkmoot.groups.permissions import catalogue

MOST_OFFERED = 20  # where several are called so
LAST_YEAR = 2200
A_DAY = timedelta(days=1)


def day_field(label: Any, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, help_text=hint)


class TermForm(forms.Form):
    """From the first day to the last one, both included, as days are in the group's zone."""

    starts_on = day_field(_("First day"), _("Empty: from now on."))
    ends_on = day_field(_("Last day"), _("Empty: for good."))

    def __init__(self, *args: Any, group: Group, **more: Any) -> None:
        super().__init__(*args, **more)
        self.group = group
        self.zone = ZoneInfo(group.time_zone)

    def clean_starts_on(self) -> datetime | None:
        return self._first_moment("starts_on", timedelta())

    def clean_ends_on(self) -> datetime | None:
        return self._first_moment("ends_on", A_DAY)

    @property
    def term(self) -> dict[str, datetime | None]:
        return {"starts_at": self.cleaned_data.get("starts_on"), "ends_at": self.cleaned_data.get("ends_on")}

    def _first_moment(self, field: str, later: timedelta) -> datetime | None:
        day = self.cleaned_data[field]
        if day is None:
            return None
        if day.year > LAST_YEAR:
            raise ValidationError(_("That is too far away."))
        return datetime.combine(day + later, time.min, self.zone)


class WhoForm(TermForm):
    """Somebody by name or handle. Where several are called so, the form comes back and offers them."""

    who = forms.CharField(label=_("Who"), max_length=100, help_text=_("A name, or a handle like @ines."))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.several: list[Membership] = []
        self.fields["who"].widget.attrs["list"] = "names"

    def clean_who(self) -> Person | None:
        said = self.cleaned_data["who"].strip()
        found = list(self._called(said)[: MOST_OFFERED + 1])
        chosen = [one for one in found if str(one.person_id) == self.data.get("chosen")]
        if len(found) == 1 or chosen:
            return (chosen or found)[0].person
        if found:
            self.several = found[:MOST_OFFERED]
            raise ValidationError(_("Several are called so. Who of them?"))
        return self._nobody(said)

    def _nobody(self, said: str) -> Person | None:
        raise ValidationError(_("No member of this group has this name or handle."))

    def _called(self, said: str) -> MembershipQuerySet:
        members = Membership.objects.current().filter(group=self.group, person__is_active=True)
        if said.startswith("@"):
            return members.filter(person__handle__iexact=said[1:]).select_related("person", "group")
        return members.beginning_with(said).select_related("person", "group")


class GiveForm(WhoForm):
    """A role for a member."""

    role = forms.ModelChoiceField(Role.objects.none(), label=_("Role"), empty_label=None)
    field_order = ["role", "who", "starts_on", "ends_on"]

    def __init__(self, *args: Any, roles: list[Role], **more: Any) -> None:
        super().__init__(*args, **more)
        offered = Role.objects.filter(pk__in=[one.pk for one in roles]).select_related("group")
        queryset = offered.order_by(Case(When(key=Role.BuiltIn.OWNER, then=1), default=0), "pk")  # never by mistake
        self.fields["role"] = forms.ModelChoiceField(queryset, label=_("Role"), empty_label=None)
        self.fields["role"].label_from_instance = lambda role: role.label  # type: ignore[attr-defined]
        self.order_fields(self.field_order)


class DenialForm(WhoForm):
    """Something that somebody shall not do, member or not."""

    permission = forms.ChoiceField(label=_("May not"), required=False)
    reason = forms.CharField(label=_("Why"), max_length=500, help_text=_("They are told."))
    field_order = ["who", "permission", "reason", "starts_on", "ends_on"]

    def __init__(self, *args: Any, mine: frozenset[str], **more: Any) -> None:
        super().__init__(*args, **more)
        words = [(one.name, one.words) for one in catalogue() if one.name in mine]
        choices = [*words, ("", _("Everything, but what anyone may"))]
        self.fields["permission"].choices = choices  # type: ignore[attr-defined]

    def _nobody(self, said: str) -> Person | None:
        """Who is no member can be kept out too; they are known by their whole handle only."""
        handle = said.removeprefix("@")
        found = Person.objects.filter(handle__iexact=handle, is_active=True).first() if said.startswith("@") else None
        if found is None:
            raise ValidationError(_("Nobody has this name or handle."))
        return found


class RoleNameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Like “Librarian” or “Press”."))
