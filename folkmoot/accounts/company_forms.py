"""What is asked of those who run the list of companies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Organization, Person


class NewForm(forms.Form):
    name = forms.CharField(label=_("Name of the company"), max_length=100)
    domains = forms.CharField(
        label=_("Its domains, one a line"),
        widget=forms.Textarea,
        max_length=5000,
        required=False,
        help_text=_("Whoever proves a mail address there, or below it, belongs to the company."),
    )


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name of the company"), max_length=100)


class DomainForm(forms.Form):
    domain = forms.CharField(label=_("Another domain"), max_length=200)


class PersonForm(forms.Form):
    person = forms.CharField(label=_("Handle or mail address"), max_length=254)
    starts_on = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean_person(self) -> Person:
        said = self.cleaned_data["person"].strip().removeprefix("@").lower()
        found = Person.objects.filter(handle=said, is_active=True).first() or Person.objects.known_at(said)
        if found is None:
            raise forms.ValidationError(_("Nobody here is called so."))
        return found


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        label=_("Part of which company?"), queryset=Organization.objects.none(), to_field_name="slug", empty_label=""
    )

    def __init__(self, *args: Any, organization: Organization, **more: Any) -> None:
        super().__init__(*args, **more)
        others = Organization.objects.exclude(pk=organization.pk).order_by("name")
        self.fields["into"].queryset = others  # type: ignore[attr-defined]
