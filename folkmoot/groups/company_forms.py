"""What is asked of those who say what companies are to a group."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Organization
from folkmoot.groups.models import Group, Side

SIDES = [
    (Side.INSIDE, _("Inside: the group is the company's own")),
    (Side.PARTNER, _("A partner")),
    (Side.CUSTOMER, _("A customer")),
]


class CompanyForm(forms.Form):
    company = forms.CharField(label=_("Name or domain of the company"), max_length=200)
    side = forms.ChoiceField(label=_("What it is to this group"), choices=SIDES, widget=forms.RadioSelect)

    def clean_company(self) -> Organization:
        said = self.cleaned_data["company"].strip()
        known = Organization.objects.filter(Q(name__iexact=said) | Q(domains__domain=said.lower().lstrip("@")))
        found = known.distinct().first()
        if found is None:
            raise forms.ValidationError(
                _("No company is called so. The administrators of this place make companies known.")
            )
        return found


class ForWhomForm(forms.Form):
    for_whom = forms.ChoiceField(
        label=_("Whom the group is for"),
        choices=Group.ForWhom.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Whoever is not of that side is taken out, and nobody of the other side can come in."),
    )
