"""What the forms of all pages share."""

from collections.abc import Callable
from typing import Any

from django import forms

from folkmoot.kit.errors import NotAllowed, Refused


def tried(form: forms.Form, field: str | None, act: Callable[[], Any]) -> Any:
    """What an operation gives back, or True; None where it refuses, with its words in the form.

    Raises NotAllowed where the person may not do it at all: no form mends that.
    """
    try:
        done = act()
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(field, str(refusal))
        return None
    return True if done is None else done
