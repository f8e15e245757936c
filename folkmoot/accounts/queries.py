"""Reads that span models."""

from folkmoot.accounts.models import Installation, Person, PersonExport
from folkmoot.store.prepared import Prepared

_INSTALLATION = Prepared(lambda key: Installation.objects.filter(pk=key))


def keeps_file(name: str) -> bool:
    """Whether a kept file is somebody's picture or somebody's export."""
    return Person.objects.filter(picture=name).exists() or PersonExport.objects.filter(sha256=name).exists()


def the_installation() -> Installation:
    """Return what administrators have decided; as it comes, until they decide anything."""
    return _INSTALLATION.first(1) or Installation(pk=1)
