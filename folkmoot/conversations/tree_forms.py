"""What is asked when groups are founded below others, moved, merged and split."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel
from folkmoot.groups.models import LONGEST_SLUG, Group, RoleGrant, allowed

SAME = _("As the group above")


class SubgroupForm(forms.Form):
    """A group below this one. What is left out is as in the group above."""

    name = forms.CharField(label=_("Name of the subgroup"), max_length=100)
    slug = forms.SlugField(label=_("Its address"), max_length=LONGEST_SLUG, required=False)
    purpose = forms.CharField(
        label=_("What is it for, and for whom?"), widget=forms.Textarea, max_length=2000, required=False
    )
    visibility = forms.ChoiceField(label=_("Who may see it"), required=False)
    joining = forms.ChoiceField(label=_("Who may join"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["slug"].help_text = _(
            "Small letters, digits and hyphens. Its mail address is then address@%(host)s. "
            "Left empty, we make one from the name."
        ) % {"host": settings.HOST}
        for name, choices in (("visibility", Group.Visibility.choices), ("joining", Group.Joining.choices)):
            self.fields[name].choices = [("", SAME), *choices]  # type: ignore[attr-defined]  # it is a choice field

    def said(self) -> dict[str, Any]:
        return {key: value for key, value in self.cleaned_data.items() if value}


class MoveForm(forms.Form):
    parent = forms.ModelChoiceField(
        label=_("Where it stands"), queryset=Group.objects.none(), required=False, empty_label=_("On its own")
    )

    def __init__(self, *args: Any, group: Group, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        runs = allowed(person, "subgroups.manage", OuterRef("pk"))
        there = Group.objects.filter(runs, merged_into=None, closed_at=None).exclude(reaching__above=group)
        known = there | Group.objects.visible_to(person).filter(pk=group.parent_id or 0)
        self.fields["parent"].queryset = known.order_by("name", "pk")  # type: ignore[attr-defined]
        self.initial["parent"] = group.parent_id


class MergeForm(forms.Form):
    """It can't be undone, so the address is typed."""

    into = forms.ModelChoiceField(label=_("Part of which group?"), queryset=Group.objects.none(), empty_label="")
    address = forms.CharField(label=_("Its own address, typed, to be sure"), max_length=LONGEST_SLUG)

    def __init__(self, *args: Any, group: Group, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.group = group
        owned = RoleGrant.objects.valid().filter(role__key="owner", membership__person=person).values("role__group")
        mine = Group.objects.filter(merged_into=None, reaching__above__in=owned, reaching__is_open=True)
        below = Group.objects.filter(reaching__above=group)
        self.fields["into"].queryset = (  # type: ignore[attr-defined]
            mine.exclude(pk__in=below.values("pk")).distinct().order_by("name", "pk")
        )

    def clean_address(self) -> str:
        typed: str = self.cleaned_data["address"].strip().lower()
        if typed != self.group.slug:
            raise forms.ValidationError(_("That is not the address of this group."))
        return typed


class SplitForm(forms.Form):
    name = forms.CharField(label=_("Name of the new group"), max_length=100)
    slug = forms.SlugField(label=_("Its address"), max_length=LONGEST_SLUG, required=False)
    channel = forms.ModelChoiceField(
        label=_("A channel that goes along, with all that was said in it"),
        queryset=Channel.objects.none(),
        required=False,
        empty_label=_("None"),
    )
    where = forms.ChoiceField(
        label=_("Where it stands"),
        choices=[("below", _("Below this group")), ("beside", _("Beside this group"))],
        initial="below",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, group: Group, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["channel"].queryset = group.channels.exclude(slug="").select_related("group").in_order()  # type: ignore[attr-defined]
        self.fields["channel"].label_from_instance = lambda one: one.label  # type: ignore[attr-defined]


class AssignForm(forms.Form):
    person = forms.CharField(
        label=_("Handle or mail address of a member of a group above"), max_length=254, help_text=_("Like @ann.")
    )
