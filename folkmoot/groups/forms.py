from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from folkmoot.groups import defaults
from folkmoot.groups.models import LONGEST_SLUG, Group, Membership, Role

MOST_INVITED = 200  # at once

TYPES = [
    (Group.Type.SOCIAL, _("Social group"), _("Neighbours, a choir, a book table. Anyone may read and join.")),
    (Group.Type.INTEREST, _("Special interest group"), _("A subject that people follow. Anyone may read and join.")),
    (Group.Type.PRODUCT, _("Software user group"), _("Users of a product help each other. Anyone may read and join.")),
    (Group.Type.COMPANY, _("Company group"), _("Colleagues or partners. Hidden, and by invitation.")),
]
LANGUAGES = [
    ("ar", "العربية"), ("cs", "Čeština"), ("da", "Dansk"), ("de", "Deutsch"), ("el", "Ελληνικά"), ("en", "English"),
    ("es", "Español"), ("fi", "Suomi"), ("fr", "Français"), ("he", "עברית"), ("hu", "Magyar"), ("it", "Italiano"),
    ("ja", "日本語"), ("ko", "한국어"), ("nl", "Nederlands"), ("no", "Norsk"), ("pl", "Polski"), ("pt", "Português"),
    ("ru", "Русский"), ("sv", "Svenska"), ("tr", "Türkçe"), ("uk", "Українська"), ("zh", "中文"),
]  # fmt: skip


def _as_the_type_has_it(choices: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", _("As usual for its type")), *choices]


def _zones() -> Iterator[tuple[str, str]]:
    return ((name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC")


class _GroupFields(forms.Form):
    """What founding and changing a group have in common."""

    name = forms.CharField(label=_("Name of the group"), max_length=100)
    purpose = forms.CharField(
        label=_("What is it for, and for whom?"), widget=forms.Textarea, max_length=2000, required=False
    )
    topics = forms.CharField(
        label=_("Topics"), max_length=200, required=False, help_text=_("A few words by which people find the group.")
    )
    place = forms.CharField(label=_("Place"), max_length=100, required=False, help_text=_("A town or a region."))
    is_online = forms.BooleanField(label=_("It meets online, or online too"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, initial="en")
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=_zones, initial=settings.TIME_ZONE)
    question = forms.CharField(
        label=_("A question to those who ask to join"), max_length=200, required=False,
        help_text=_("Like “How do you use Tarn?” Only asked where people ask to join."),
    )  # fmt: skip


class FoundingForm(_GroupFields):
    type = forms.ChoiceField(
        label=_("What kind of group?"), choices=Group.Type.choices, initial=Group.Type.SOCIAL, widget=forms.RadioSelect
    )
    slug = forms.SlugField(label=_("Its address"), max_length=LONGEST_SLUG, required=False)
    visibility = forms.ChoiceField(
        label=_("Who may see it"), choices=_as_the_type_has_it(Group.Visibility.choices), required=False
    )
    joining = forms.ChoiceField(
        label=_("Who may join"), choices=_as_the_type_has_it(Group.Joining.choices), required=False
    )
    field_order = ["type", "name", "slug", "purpose", "topics", "place", "is_online"]

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["slug"].help_text = _(
            "Small letters, digits and hyphens. Its mail address is then address@%(host)s. "
            "Left empty, we make one from the name."
        ) % {"host": settings.HOST}

    def settings(self) -> dict[str, object]:
        """What was said; what was not, the type fills in."""
        said = dict(self.cleaned_data)
        return {key: value for key, value in said.items() if value != "" or key not in defaults.SETTINGS[said["type"]]}


class AskingForm(FoundingForm):
    """The same, where administrators want to be asked."""

    words = forms.CharField(
        label=_("To the administrators"), widget=forms.Textarea(attrs={"rows": 4}), max_length=1000, required=False,
        help_text=_("Why it should be here, and who you are, as far as they don’t know."),
    )  # fmt: skip


class ChangeForm(_GroupFields):
    type = forms.ChoiceField(label=_("Kind of group"), choices=Group.Type.choices)
    visibility = forms.ChoiceField(
        label=_("Who may see it"), choices=Group.Visibility.choices, widget=forms.RadioSelect
    )
    joining = forms.ChoiceField(label=_("Who may join"), choices=Group.Joining.choices, widget=forms.RadioSelect)
    proof = forms.ChoiceField(
        label=_("Which letters become posts"), choices=Group.Proof.choices, widget=forms.RadioSelect,
        help_text=_("How sure you want to be that a letter is from the member it names. Other letters wait for you."),
    )  # fmt: skip
    first_posts_held = forms.IntegerField(
        label=_("First posts of a new member that a moderator looks at"), min_value=0, max_value=20, required=False,
        help_text=_("0: none. Who has written here before, or decides about letters, is not asked."),
    )  # fmt: skip
    initials = forms.CharField(label=_("Letters of its sign"), max_length=4)
    hue = forms.ChoiceField(label=_("Its colour"), choices=[])
    field_order = [
        "name", "purpose", "topics", "type", "place", "is_online", "language", "time_zone",
        "visibility", "joining", "question", "proof", "first_posts_held", "initials", "hue",
    ]  # fmt: skip

    HUES = [
        (0, _("Red")), (30, _("Rust")), (60, _("Brown")), (90, _("Olive")), (120, _("Moss")), (150, _("Green")),
        (180, _("Teal")), (210, _("Petrol")), (240, _("Blue")), (270, _("Indigo")), (300, _("Purple")),
        (330, _("Pink")),
    ]  # fmt: skip

    def clean_first_posts_held(self) -> int:
        return self.cleaned_data["first_posts_held"] or 0

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        hues = list(self.HUES)
        now = self.initial.get("hue")
        if now is not None and now not in dict(hues):
            hues.append((now, _("As it is")))
        self.fields["hue"] = forms.TypedChoiceField(label=_("Its colour"), choices=hues, coerce=int)


class AddressForm(forms.Form):
    slug = forms.SlugField(
        label=_("Address"), max_length=LONGEST_SLUG,
        help_text=_("The old address keeps working: the page redirects, and letters to it arrive."),
    )  # fmt: skip


class ReadingForm(forms.Form):
    mail = forms.ChoiceField(label=_("How you read"), choices=Membership.Mail.choices, widget=forms.RadioSelect)
    own_posts = forms.BooleanField(label=_("Send me my own posts too"), required=False)


class PeopleForm(forms.Form):
    """Addresses, one a line, each with or without a name: `Ann Example <ann@example.org>`."""

    people = forms.CharField(
        label=_("Addresses, one a line"), widget=forms.Textarea, max_length=20_000,
        help_text=_("With a name, if you like: Ann Example <ann@example.org>"),
    )  # fmt: skip
    how = forms.ChoiceField(
        choices=[
            ("invite", _("Invite them\nThey get a letter and decide.")),
            ("add", _("Add them directly\nThey are members at once. Only where they have asked you to.")),
        ],
        widget=forms.RadioSelect,
        initial="invite",
        label=_("What shall happen?"),
    )

    def clean_people(self) -> list[tuple[str, str]]:
        """Return pairs of name and address."""
        lines = [line.strip() for line in self.cleaned_data["people"].replace(",", "\n").splitlines() if line.strip()]
        if len(lines) > MOST_INVITED:
            raise ValidationError(_("At most %(most)d at once, please."), params={"most": MOST_INVITED})
        return [_name_and_address(line) for line in lines]


def _name_and_address(line: str) -> tuple[str, str]:
    name, _opening, rest = line.rpartition("<")
    address = rest.rstrip(">").strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError(_("“%(line)s” is not a mail address."), params={"line": line}) from error
    return name.strip(' "'), address.lower()


class DutyForm(forms.Form):
    """A responsibility: what it is called, what for, and what it needs."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Like “Treasurer” or “Venue host”."))
    purpose = forms.CharField(label=_("What it is for"), max_length=500, required=False)
    slug = forms.SlugField(label=_("Shared mail address"), max_length=20, required=False)
    role = forms.ModelChoiceField(
        Role.objects.none(), label=_("Role that comes with it"), required=False, empty_label=_("None")
    )

    def __init__(self, *args: Any, group: Group, **more: Any) -> None:
        super().__init__(*args, **more)
        roles = group.roles.filter(audience=Role.Audience.GRANTED).order_by("pk")
        self.fields["role"] = forms.ModelChoiceField(
            roles, label=_("Role that comes with it"), required=False, empty_label=_("None")
        )
        self.fields["role"].label_from_instance = lambda role: role.label  # type: ignore[attr-defined]
        self.fields["slug"].help_text = _("Letters to %(address)s reach whoever has it.") % {
            "address": f"{group.slug}+…@{settings.HOST}"
        }


class SuccessorForm(forms.Form):
    """A member by their handle, so that a list of thousands is not on the page."""

    to = forms.CharField(label=_("Who"), max_length=60, help_text=_("Their handle, like @ines."))

    def __init__(self, *args: Any, group: Group, **more: Any) -> None:
        super().__init__(*args, **more)
        self.group = group

    def clean_to(self) -> Membership | None:
        return self._member("to")

    def _member(self, field: str) -> Membership | None:
        handle = self.cleaned_data[field].strip().removeprefix("@")
        members = Membership.objects.current().filter(group=self.group, person__is_active=True)
        found = members.filter(person__handle__iexact=handle).select_related("person", "group").first()
        if handle and found is None:
            raise ValidationError(_("No member of this group has this handle."))
        return found


class HolderForm(SuccessorForm):
    deputy = forms.CharField(label=_("Deputy"), max_length=60, required=False)
    ends_on = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=_("Or for good.")
    )

    def clean_deputy(self) -> Membership | None:
        return self._member("deputy")


class NotesForm(forms.Form):
    notes = forms.CharField(
        label=_("Notes for whoever comes next"), max_length=5000, required=False, widget=forms.Textarea
    )


class TurnsForm(forms.Form):
    handles = forms.CharField(
        label=_("Whose turn it is, one handle a line"), max_length=5000, required=False, widget=forms.Textarea
    )


class StandForm(forms.Form):
    words = forms.CharField(label=_("Why you"), max_length=500, required=False)


class AppealForm(forms.Form):
    words = forms.CharField(
        label=_("Why it should be lifted"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )
