from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from folkmoot.conversations.operations.posting import LONGEST_BODY, LONGEST_TITLE

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


class ReplyForm(forms.Form):
    body = BodyField(label=_("Your reply"))


class TopicForm(forms.Form):
    title = forms.CharField(label=_("What is it about?"), max_length=LONGEST_TITLE)
    body = BodyField(label=_("What do you want to say?"))
