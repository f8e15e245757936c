import re
import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from folkmoot.conversations.models import MAIN, Channel, Report
from folkmoot.conversations.operations import prepare_files
from folkmoot.conversations.operations.channels import LONGEST_SLUG
from folkmoot.conversations.operations.posting import LONGEST_BODY, LONGEST_TITLE
from folkmoot.conversations.operations.uploading import LARGEST_FILE, LARGEST_TOGETHER
from folkmoot.conversations.rendering import KeptFile
from folkmoot.groups.models import Group, Sanction
from folkmoot.kit.errors import Refused

NOTHING_IN_IT = _("There is nothing in it yet. Write something first.")


class BodyField(forms.CharField):
    """What somebody has to say; spaces at the beginning may mean something."""

    widget = forms.Textarea

    def __init__(self, *, label: Any) -> None:
        super().__init__(label=label, strip=False, max_length=LONGEST_BODY, error_messages={"required": NOTHING_IN_IT})

    def clean(self, value: str) -> str:
        body: str = super().clean(value)
        if not body.strip():
            raise ValidationError(NOTHING_IN_IT)
        return body


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files that come with a post: looked at, pictures drawn anew, and kept on the disk; all of them or none."""

    widget = SeveralFiles

    def clean(self, sent: Any, initial: Any = None) -> list[KeptFile]:
        files: list[UploadedFile] = list(sent or [])
        if sum(one.size or 0 for one in files) > LARGEST_TOGETHER:  # before any of it is read into memory
            raise ValidationError(_("These files are too large together. Choose fewer or smaller ones."))
        try:
            return prepare_files([(one.name or "", one.read()) for one in files])
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal


class SaidForm(forms.Form):
    """What every box sends along. `once` is the same for both of a double click."""

    once = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not declared above: there Form.files has the name.
        self.fields["files"] = FilesField(label=_("Attach files"), required=False)

    def clean_once(self) -> str:
        return self.cleaned_data["once"] or secrets.token_hex(8)

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = super().clean() or self.cleaned_data
        if sent.get("due_at") and sent.get("files"):
            self.add_error("files", _("What is sent later can have no files yet."))
        return sent


class MomentField(forms.DateTimeField):
    """A moment to come, by the clock of the zone that is in force."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **more: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **more)


class ReplyForm(SaidForm):
    body = BodyField(label=_("Your reply"))
    answers = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    is_anonymous = forms.BooleanField(required=False)
    due_at = MomentField(required=False)


class TopicForm(SaidForm):
    """The first post of a conversation. It offers what the channels of the group allow."""

    title = forms.CharField(label=_("What is it about?"), max_length=LONGEST_TITLE)
    channel = forms.ChoiceField(label=_("Where?"), required=False)
    body = BodyField(label=_("What do you want to say?"))
    is_anonymous = forms.BooleanField(
        label=_("Without my name"),
        required=False,
        help_text=_(
            "It is shown as by “A member”, to everybody: also those who run the group don't see that it is you."
        ),
    )
    due_at = MomentField(label=_("Send later"), required=False)

    def __init__(self, data: Any = None, *, channels: Sequence[Channel], **more: Any) -> None:
        super().__init__(data, **more)
        self.channels = {channel.slug or MAIN: channel for channel in channels}
        self.fields["channel"].choices = [  # type: ignore[attr-defined]  # a ChoiceField has them
            (slug, f"{one.label} · {one.purpose}" if one.purpose else one.label) for slug, one in self.channels.items()
        ]
        self.fields["channel"].required = len(self.channels) > 1
        if len(self.channels) == 1:
            self.fields["channel"].widget = forms.HiddenInput()
        if not any(channel.allows_anonymous for channel in channels):
            del self.fields["is_anonymous"]
        if not any(channel.allows_scheduled for channel in channels):
            del self.fields["due_at"]

    def clean_channel(self) -> Channel:
        """Without a choice, the first one."""
        return self.channels[self.cleaned_data["channel"] or next(iter(self.channels))]


class ScheduledForm(forms.Form):
    title = forms.CharField(label=_("What is it about?"), max_length=LONGEST_TITLE)
    body = BodyField(label=_("What do you want to say?"))
    due_at = MomentField(label=_("When?"))


class EditForm(forms.Form):
    body = BodyField(label=_("What it says"))


class PreviewForm(forms.Form):
    body = forms.CharField(required=False, strip=False, max_length=LONGEST_BODY)


class DraftForm(forms.Form):
    title = forms.CharField(required=False, strip=False, max_length=LONGEST_TITLE)
    body = forms.CharField(required=False, strip=False, max_length=LONGEST_BODY)


class UploadForm(forms.Form):
    file = forms.FileField(allow_empty_file=True, max_length=1000)

    def clean_file(self) -> UploadedFile:
        sent: UploadedFile = self.cleaned_data["file"]
        if (sent.size or 0) > LARGEST_FILE:  # before it is read into memory
            raise ValidationError(_("This file is too large."))
        return sent


class ChannelForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, required=False)
    purpose = forms.CharField(
        label=_("What is it for?"), max_length=200, required=False, help_text=_("One line, shown where people choose.")
    )
    allows_anonymous = forms.BooleanField(
        label=_("Members may write without their name"),
        required=False,
        help_text=_("Nobody sees who wrote it, also not those who run the group."),
    )
    allows_scheduled = forms.BooleanField(
        label=_("Members may write now what is sent later"), required=False, initial=True
    )


class NewChannelForm(ChannelForm):
    slug = forms.CharField(
        label=_("Its address"),
        max_length=LONGEST_SLUG,
        help_text=_("Small letters, digits and hyphens, like “beginners”. It stays: mail filters know it."),
    )
    field_order = ["slug"]


class LockForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"), max_length=200, required=False, help_text=_("It is shown to everybody who reads it.")
    )


class TitleForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)


class MoveForm(forms.Form):
    channel = forms.TypedChoiceField(label=_("Where to?"), coerce=int)

    def __init__(self, data: Any = None, *, channels: Sequence[Channel], home: Group) -> None:
        super().__init__(data)
        groups: dict[str, list[tuple[int, str]]] = {}
        for channel in channels:
            where = channel.label if channel.group_id == home.pk else f"{channel.group.name} {channel.label}"
            groups.setdefault(channel.group.name, []).append((channel.pk, where))
        self.fields["channel"].choices = list(groups.items())  # type: ignore[attr-defined]  # a ChoiceField has them


class MergeForm(forms.Form):
    into = forms.CharField(
        label=_("Which conversation?"),
        max_length=500,
        help_text=_("Its address, or the number in it."),
    )

    def clean_into(self) -> int:
        """The number: the address's part after `topics/`, or the number alone."""
        match = re.search(r"topics/([0-9]{1,15})(?:\D|$)|^\s*([0-9]{1,15})\s*$", self.cleaned_data["into"])
        if match is None:
            raise ValidationError(_("This is not the address of a conversation here."))
        return int(match[1] or match[2])


class SplitForm(forms.Form):
    posts = forms.TypedMultipleChoiceField(coerce=int)
    title = forms.CharField(label=_("Title of the new conversation"), max_length=LONGEST_TITLE)

    def __init__(self, data: Any = None, *, posts: Sequence[int]) -> None:
        super().__init__(data)
        self.fields["posts"].choices = [(pk, pk) for pk in posts]  # type: ignore[attr-defined]  # a ChoiceField has them
        self.fields["posts"].error_messages["required"] = _("Choose the posts that shall stand on their own.")


class ReportForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong with it"), choices=Report.Reason, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What the moderators should know"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DecisionForm(forms.Form):
    """What becomes of all that is reported of one person."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=_("Decision"), required=False, choices=[("", _("Nothing more to do")), *Sanction.Kind.choices]
    )
    days = forms.TypedChoiceField(
        label=_("For how long"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            (1, _("a day")), (3, _("three days")), (7, _("a week")), (30, _("30 days")), (90, _("90 days")),
            (365, _("a year")), ("", _("until it is lifted")),
        ],
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why"), required=False, max_length=500, help_text=_("The person reads it, whatever is laid on them.")
    )
    takes_back = forms.BooleanField(label=_("Take the reported posts back"), required=False)
