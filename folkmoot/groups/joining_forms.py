"""Forms about how people come into a group."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import get_current_timezone, localdate, make_aware
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.groups import rosters
from folkmoot.groups.fields import LONGEST, NO, YES, cleaned, fields_of
from folkmoot.groups.models import Group, JoinQuestion, MemberField, Move, Reach, Role
from folkmoot.groups.rules import can_confer, can_manage_members
from folkmoot.kit import tables
from folkmoot.kit.errors import Refused


class ListForm(forms.Form):
    """A list of people: a file, or what is pasted."""

    file = forms.FileField(
        label=_("A file"), required=False, max_length=200,
        help_text=_("CSV or text, as Mailman, Google Groups, Groups.io, Meetup, Discourse and table programs save it."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
    )  # fmt: skip
    people = forms.CharField(
        label=_("Or paste them here"), required=False, strip=False, max_length=rosters.LARGEST,
        widget=forms.Textarea(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("One person a line, or a table with its first line. An address is enough."),
    )  # fmt: skip
    how = forms.ChoiceField(
        choices=[
            ("invite", _("Ask them\nEach gets a letter and decides.")),
            ("add", _("They have agreed to be members here\nThey are members at once. Your word for it is noted.")),
        ],
        widget=forms.RadioSelect,
        initial="invite",
        label=_("Have they agreed?"),
    )
    tells = forms.BooleanField(
        label=_("Write to those who become members, and say how to leave again"), required=False, initial=True
    )

    def __init__(self, *args: Any, move: Move | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if move is not None:
            label = _("They are from %(name)s, from where the group comes over") % {"name": move.name}
            self.fields["is_moved"] = forms.BooleanField(label=label, required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """Read the file as text, so that the next step has it without keeping it anywhere."""
        data: dict[str, Any] = super().clean() or {}
        file = data.get("file")
        if file is not None:
            if file.size > rosters.LARGEST:
                words = _("This is more than %(most)d MB. Please cut it in parts.")
                raise ValidationError(words, params={"most": rosters.LARGEST // 2**20})
            data["people"] = tables.decode(file.read())
        if not self.errors and not str(data.get("people", "")).strip():
            raise ValidationError(_("Choose a file, or paste people."))
        return data


class LinkForm(forms.Form):
    """An invitation link: how long, for how many, for whom, and what comes with it."""

    ends_on = forms.DateField(
        label=_("Its last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Left empty, it stays until you close it."), initial=lambda: localdate() + timedelta(days=30),
    )  # fmt: skip
    most_uses = forms.IntegerField(
        label=_("For how many people"), required=False, min_value=1, max_value=100_000,
        help_text=_("Left empty, for as many as come."),
    )  # fmt: skip
    domain = forms.CharField(
        label=_("Only with an address at"), required=False, max_length=200,
        help_text=_("A domain, like example.com. People prove their address before they come in."),
    )  # fmt: skip

    def __init__(self, *args: Any, group: Group, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        granted = group.roles.filter(audience=Role.Audience.GRANTED).exclude(key=Role.BuiltIn.OWNER).order_by("pk")
        theirs = [role.pk for role in granted if can_confer(person, role)]
        role = forms.ModelChoiceField(
            granted.filter(pk__in=theirs), label=_("Role on arrival"), required=False, empty_label=_("None")
        )
        role.label_from_instance = lambda one: one.label  # type: ignore[assignment, method-assign]
        self.fields["role"] = role
        below = Reach.objects.filter(above=group).exclude(below=group).values("below")
        groups = Group.objects.filter(pk__in=below, closed_at=None, merged_into=None).order_by("name")
        open_to_them = [one.pk for one in groups[:200] if can_manage_members(person, one)]
        if open_to_them:
            self.fields["subgroups"] = forms.ModelMultipleChoiceField(
                groups.filter(pk__in=open_to_them), label=_("Subgroups they come into as well"), required=False,
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip

    def settings(self) -> dict[str, Any]:
        """What was said, for the operation: a day is over when it ends where the group is."""
        said = dict(self.cleaned_data)
        day = said.pop("ends_on")
        at = make_aware(datetime.combine(day, time(23, 59, 59)), get_current_timezone()) if day else None
        return {**said, "ends_at": at}


class FieldsForm(forms.Form):
    """What a group wants to know of a member: what members say, or (`runs`) all of it."""

    def __init__(
        self, *args: Any, group: Group, values: Mapping[str, str] | None = None, runs: bool = False, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        mine = fields_of(group) if runs else fields_of(group).filter(is_set_by_members=True)
        self.asked = {f"field-{one.key}": one for one in mine}
        for name, one in self.asked.items():
            self.fields[name] = _control(one, is_required=one.is_required and not runs)
            self.fields[name].initial = (values or {}).get(one.key, "")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, one in self.asked.items():
            try:
                data[name] = cleaned(one, str(data.get(name) or ""))
            except Refused as refusal:
                self.add_error(name, str(refusal))
        return data

    def values(self) -> dict[str, str]:
        """What was said, by the fields' keys."""
        return {one.key: self.cleaned_data[name] for name, one in self.asked.items()}


def _control(one: MemberField, *, is_required: bool) -> forms.Field:
    who = {
        MemberField.Audience.MEMBERS: _("Members see it."),
        MemberField.Audience.MANAGERS: _("Only those who look after members see it."),
    }
    common: dict[str, Any] = {
        "label": one.label,
        "required": is_required,
        "help_text": who[MemberField.Audience(one.seen_by)],
    }
    if one.kind in {MemberField.Kind.CHECK, MemberField.Kind.CHOICE}:
        two = [(YES, _("Yes")), (NO, _("No"))]
        chosen = two if one.kind == MemberField.Kind.CHECK else [(choice, choice) for choice in one.choices]
        return forms.ChoiceField(choices=[("", "–"), *chosen], **common)
    kinds = {MemberField.Kind.DATE: {"type": "date"}, MemberField.Kind.NUMBER: {"inputmode": "decimal"}}
    return forms.CharField(
        max_length=LONGEST, widget=forms.TextInput(attrs=kinds.get(MemberField.Kind(one.kind))), **common
    )


class ApplyForm(FieldsForm):
    """A wish to join: answers to the group's questions, and what it wants to know."""

    def __init__(self, *args: Any, group: Group, **more: Any) -> None:
        super().__init__(*args, group=group, **more)
        self.questions: dict[str, JoinQuestion] = {
            f"question-{one.pk}": one for one in group.questions.order_by("position", "pk")
        }
        for name, one in self.questions.items():
            self.fields[name] = forms.CharField(
                label=one.words, required=one.is_required, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
            )
        if group.question or not self.questions:
            self.fields["answer"] = forms.CharField(
                label=group.question or _("Why you would like to join"), required=False, max_length=1000,
                widget=forms.Textarea(attrs={"rows": 4}),
            )  # fmt: skip
        self.order_fields(["answer", *self.questions, *self.asked])

    def answers(self) -> dict[int, str]:
        return {one.pk: self.cleaned_data[name] for name, one in self.questions.items()}


class QuestionForm(forms.Form):
    words = forms.CharField(label=_("Question"), max_length=300, help_text=_("Like “How do you use Tarn?”"))
    is_required = forms.BooleanField(label=_("It has to be answered"), required=False, initial=True)


class LeaveForm(forms.Form):
    why = forms.CharField(
        label=_("Why, if you like to say it"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Those who look after members read it."),
    )  # fmt: skip
    and_below = forms.BooleanField(label=_("Leave all groups below it as well"), required=False)


class FieldForm(forms.Form):
    """A field of the group: something that it wants to know of its members."""

    label = forms.CharField(label=_("What it is called"), max_length=80, help_text=_("Like “Town” or “Member number”."))
    kind = forms.ChoiceField(label=_("What is said in it"), choices=MemberField.Kind.choices)
    choices = forms.CharField(
        label=_("What one can choose, one a line"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Only for “One of several”."),
    )  # fmt: skip
    is_required = forms.BooleanField(label=_("Whoever joins has to say it"), required=False)
    is_set_by_members = forms.ChoiceField(
        label=_("Who says it"), initial="members",
        choices=[("members", _("Each member, of themselves")), ("managers", _("Those who look after members"))],
    )  # fmt: skip
    seen_by = forms.ChoiceField(label=_("Who sees it"), choices=MemberField.Audience.choices)

    def clean_is_set_by_members(self) -> bool:
        return bool(self.cleaned_data["is_set_by_members"] == "members")

    def clean_choices(self) -> list[str]:
        lines = (" ".join(line.split())[:100] for line in self.cleaned_data["choices"].splitlines())
        return list(dict.fromkeys(filter(None, lines)))
