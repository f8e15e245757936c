from django import forms
from django.utils.translation import gettext_lazy as _

from folkmoot.conversations.operations.posting import LONGEST_BODY, LONGEST_TITLE


class ReplyForm(forms.Form):
    body = forms.CharField(
        label=_("Your reply"),
        widget=forms.Textarea,
        strip=False,
        max_length=LONGEST_BODY,
        error_messages={"required": _("There is nothing in it yet. Write something first.")},
    )


class TopicForm(forms.Form):
    title = forms.CharField(label=_("What is it about?"), max_length=LONGEST_TITLE)
    body = forms.CharField(
        label=_("What do you want to say?"), widget=forms.Textarea, strip=False, max_length=LONGEST_BODY
    )


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=200)
