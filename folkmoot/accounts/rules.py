"""Who may do what in the whole installation."""

from folkmoot.accounts.models import Actor, Operator


def can_administer(by: Actor | None) -> bool:
    """Run the installation: its settings, its companies, which groups there are. Not: read what is private."""
    return isinstance(by, Operator) or (by is not None and by.is_active and by.is_administrator)
