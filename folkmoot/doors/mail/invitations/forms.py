from django import forms
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person


class NewcomerForm(forms.Form):
    """Somebody without an account who wants to come."""

    name = forms.CharField(label=_("Your name"), max_length=Person._meta.get_field("name").max_length)
    address = forms.EmailField(label=_("Your mail address"), max_length=254)
