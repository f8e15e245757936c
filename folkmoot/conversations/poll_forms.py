"""What is asked, and what is voted, as pages send it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from folkmoot.conversations.forms import MomentField
from folkmoot.conversations.models import Poll
from folkmoot.conversations.operations import Asked
from folkmoot.conversations.operations.asking import LONGEST, MOST
from folkmoot.conversations.operations.posting import LONGEST_BODY
from folkmoot.groups.models import Group, Role


class PollForm(forms.Form):
    question = forms.CharField(label=_("What do you ask?"), max_length=LONGEST)
    choices = forms.CharField(
        label=_("Choices"),
        max_length=MOST * (LONGEST + 2),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line, from 2 to 20."),
    )
    kind = forms.ChoiceField(
        label=_("How people vote"), choices=Poll.Kind.choices, initial=Poll.Kind.SINGLE, widget=forms.RadioSelect
    )
    most = forms.IntegerField(
        label=_("How many choices at most"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("Where several can be chosen. Empty: as many as they like."),
    )
    voters = forms.ChoiceField(label=_("Who votes"), choices=Poll.Voters.choices, initial=Poll.Voters.POSTERS)
    role = forms.ModelChoiceField(label=_("Which role"), queryset=Role.objects.none(), required=False)
    is_secret = forms.BooleanField(
        label=_("Secret"),
        required=False,
        help_text=_(
            "Nobody can see who chose what, so a vote can't be changed. It is counted at the end, and not by mail."
        ),
    )
    shows_at_once = forms.BooleanField(label=_("Show how it stands while people vote"), required=False, initial=True)
    closes_at = MomentField(label=_("Until when"), required=False)
    body = forms.CharField(
        label=_("What else do you want to say?"),
        required=False,
        strip=False,
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    once = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, group: Group, zone: str, **more: Any) -> None:
        super().__init__(data, **more)
        roles = Role.objects.filter(group=group, audience=Role.Audience.GRANTED).order_by("pk")
        self.fields["role"].queryset = roles  # type: ignore[attr-defined]  # a ModelChoiceField has one
        self.fields["closes_at"].help_text = _("By the clock of %(zone)s. Empty: until you close it.") % {"zone": zone}

    def asked(self) -> Asked:
        """The poll that the form describes."""
        names = "question kind is_secret shows_at_once voters role closes_at".split()
        said = {name: self.cleaned_data[name] for name in names}
        lines = self.cleaned_data["choices"].splitlines()
        many = self.cleaned_data["kind"] == Poll.Kind.MANY
        return Asked(choices=lines, most=(self.cleaned_data["most"] or 0) if many else 0, **said)


class BallotForm(forms.Form):
    """One field for those who choose; one for each choice for those who rank: its rank, 1 for the favourite."""

    def __init__(self, data: Any = None, *, poll: Poll, mine: list[int] | None = None) -> None:
        super().__init__(data)
        self.is_ranked = poll.kind == Poll.Kind.RANKED
        choices = [(one.place, one.words) for one in poll.choices.order_by("place")]
        if self.is_ranked:
            self._add_ranks(choices, mine or [])
            return
        label = _("Your vote")
        self.fields["choice"] = (
            forms.TypedChoiceField(
                label=label, choices=choices, coerce=int, widget=forms.RadioSelect, initial=mine[0] if mine else None
            )
            if poll.kind == Poll.Kind.SINGLE
            else forms.TypedMultipleChoiceField(
                label=label, choices=choices, coerce=int, widget=forms.CheckboxSelectMultiple, initial=mine
            )
        )

    def _add_ranks(self, choices: list[tuple[int, str]], mine: list[int]) -> None:
        ranks = [("", "–"), *((rank, str(rank)) for rank in range(1, len(choices) + 1))]
        for place, words in choices:
            initial = mine.index(place) + 1 if place in mine else ""
            self.fields[f"rank-{place}"] = forms.TypedChoiceField(
                label=words, required=False, coerce=int, empty_value=None, choices=ranks, initial=initial
            )

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = super().clean() or self.cleaned_data
        ranks = [rank for name, rank in sent.items() if name.startswith("rank-") and rank]
        if len(set(ranks)) < len(ranks):
            raise ValidationError(_("Two choices have the same place. Give each a place of its own."))
        return sent

    def places(self) -> list[int]:
        """The places of what is chosen, the favourite first."""
        if self.is_ranked:
            ranked = [(rank, int(name[5:])) for name, rank in self.cleaned_data.items() if rank]
            return [place for _rank, place in sorted(ranked)]
        chosen = self.cleaned_data["choice"]
        return chosen if isinstance(chosen, list) else [chosen]
