"""Who may do what in the whole installation."""

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Operator
from folkmoot.kit.errors import require

ADMINISTRATORS_ONLY = _("Only administrators of this place can do that.")


def can_administer(by: Actor | None) -> bool:
    """Run the installation: its settings, its companies, which groups there are. Not: read what is private."""
    return isinstance(by, Operator) or (by is not None and by.is_active and by.is_administrator)


def require_administrator(by: Actor | None) -> None:
    """Go on only where they run the installation."""
    require(can_administer(by), ADMINISTRATORS_ONLY)
