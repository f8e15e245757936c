from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Installation, Person
from folkmoot.accounts.models.installation import LONGEST as LONGEST_NOTICE
from folkmoot.groups.forms import ChangeForm
from folkmoot.groups.operations.inspections import LONGEST

MOST = 1_000_000


class InstallationForm(forms.Form):
    """What holds for all groups and all people here."""

    name = forms.CharField(
        label=_("Name of this place"), max_length=60, required=False,
        help_text=_("On every page and as the sender of letters. Left empty, it is Folkmoot."),
    )  # fmt: skip
    hue = forms.TypedChoiceField(
        label=_("Its colour"), required=False, coerce=int, empty_value=None,
        choices=[("", _("As it comes")), *ChangeForm.HUES], help_text=_("Groups have their own on their pages."),
    )  # fmt: skip
    founding = forms.ChoiceField(
        label=_("Who may found groups"), choices=Installation.Founding.choices, widget=forms.RadioSelect,
        help_text=_("Groups below a group are that group’s own business."),
    )  # fmt: skip
    sign_up = forms.ChoiceField(
        label=_("Who may make an account"), choices=Installation.SignUp.choices, widget=forms.RadioSelect,
        help_text=_("Whoever only writes letters to a group needs no account. The groups decide about those."),
    )  # fmt: skip
    most_groups = forms.IntegerField(
        label=_("Groups that one person founds at most"), min_value=1, max_value=MOST, required=False,
        help_text=_("Empty: as many as they like. Groups below a group and closed ones don’t count."),
    )  # fmt: skip
    most_members = forms.IntegerField(
        label=_("Members of one group at most"), min_value=1, max_value=MOST, required=False,
        help_text=_("Empty: as many as come. Whoever is in a group already stays."),
    )  # fmt: skip


def _text(kind: str, label: Any, help_text: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 12})
    return forms.CharField(
        label=label, max_length=LONGEST_NOTICE[kind], required=False, widget=widget, help_text=help_text
    )


class NoticesForm(forms.Form):
    """The legal notices, in Markdown. One that is empty has no page."""

    imprint = _text("imprint", _("Imprint"), _("Who runs this place, and how to reach them."))
    privacy = _text(
        "privacy", _("Privacy"), _("What you do with what people tell you. What is stored stands in the guides.")
    )
    terms = _text("terms", _("Terms"), _("What people agree to by using this place."))


class ReasonForm(forms.Form):
    """Why a group is closed."""

    reason = forms.CharField(label=_("Why"), max_length=500, help_text=_("The owners of the group read it."))


class InspectionForm(ReasonForm):
    """Why, and for how long, an administrator looks into a group."""

    hours = forms.IntegerField(
        label=_("For how many hours"), min_value=1, max_value=LONGEST, initial=4, help_text=_("It ends by itself.")
    )


class AdministratorForm(forms.Form):
    """Somebody who is here already, by handle or by mail address."""

    person = forms.CharField(
        label=_("Who"), max_length=254, help_text=_("Their handle, like @ann, or their mail address."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def clean_person(self) -> Person:
        said = self.cleaned_data["person"].strip()
        found = Person.objects.filter(handle=said.removeprefix("@").lower(), erased_at=None).first()
        found = found or (Person.objects.at(said) if "@" in said[1:] else None)
        if found is None:
            raise forms.ValidationError(_("We know nobody by this handle or address. They have to sign in once first."))
        return found
