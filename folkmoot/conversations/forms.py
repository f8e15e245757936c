from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from folkmoot.conversations.operations import prepare_files
from folkmoot.conversations.operations.posting import LONGEST_BODY, LONGEST_TITLE
from folkmoot.conversations.operations.uploading import LARGEST_FILE, LARGEST_TOGETHER
from folkmoot.conversations.rendering import KeptFile
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


class ReplyForm(SaidForm):
    body = BodyField(label=_("Your reply"))
    answers = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)


class TopicForm(SaidForm):
    title = forms.CharField(label=_("What is it about?"), max_length=LONGEST_TITLE)
    body = BodyField(label=_("What do you want to say?"))


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


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=200)
