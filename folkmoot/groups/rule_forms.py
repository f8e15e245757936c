"""What is asked of those who make a rule that places people."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Organization, Person
from folkmoot.groups.models import Group, MemberField, PlacementRule, Reach, Side
from folkmoot.groups.rules import can_manage_members


class RuleForm(forms.Form):
    about = forms.ChoiceField(
        label=_("Whoever is placed here has"), choices=PlacementRule.About.choices, widget=forms.RadioSelect,
        initial=PlacementRule.About.GROUP,
    )  # fmt: skip
    of_group = forms.CharField(
        label=_("The other group"), required=False, max_length=32,
        help_text=_("Its address, like “tarn-users”. For “being in another group”."),
    )  # fmt: skip
    value = forms.CharField(
        label=_("The domain, or what stands in the field"), required=False, max_length=200,
        help_text=_("Like example.com, or like “Bochum”."),
    )  # fmt: skip
    side = forms.ChoiceField(label=_("The side"), choices=[("", "–"), *Side.choices], required=False)
    organization = forms.CharField(label=_("The company"), required=False, max_length=200)
    takes_out = forms.BooleanField(label=_("Take out again who came by this rule and no longer fits"), required=False)

    def __init__(self, *args: Any, group: Group, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        above = Reach.objects.filter(below=group).exclude(above=group).values("above")
        theirs = [one.pk for one in Group.objects.filter(pk__in=above) if can_manage_members(person, one)]
        fields = MemberField.objects.filter(group__in=theirs).select_related("group").order_by("group", "position")
        asked = forms.ModelChoiceField(fields, label=_("The field"), required=False, empty_label="–")
        asked.label_from_instance = lambda one: f"{one.label} ({one.group.name})"  # type: ignore[assignment, method-assign]
        self.fields["field"] = asked
        self.person = person
        self.order_fields(["about", "of_group", "value", "side", "organization", "field", "takes_out"])

    def clean_of_group(self) -> Group | None:
        slug = self.cleaned_data["of_group"].strip().lower()
        if not slug:
            return None
        found = Group.objects.visible_to(self.person).filter(slug=slug).first()
        if found is None:
            raise forms.ValidationError(_("There is no group at this address."))
        return found

    def clean_organization(self) -> Organization | None:
        said = self.cleaned_data["organization"].strip()
        known = Organization.objects.filter(Q(name__iexact=said) | Q(domains__domain=said.lower().lstrip("@")))
        found = known.distinct().first() if said else None
        if said and found is None:
            raise forms.ValidationError(
                _("No company is called so. The administrators of this place make companies known.")
            )
        return found
