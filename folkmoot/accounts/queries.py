"""Reads that span models."""

from dataclasses import dataclass

from folkmoot.accounts.models import Installation, Person, PersonExport
from folkmoot.store.prepared import Prepared

NOTICES = ("imprint", "privacy", "terms")
_INSTALLATION = Prepared(lambda key: Installation.objects.filter(pk=key))


def keeps_file(name: str) -> bool:
    """Whether a kept file is somebody's picture or somebody's export."""
    return Person.objects.filter(picture=name).exists() or PersonExport.objects.filter(sha256=name).exists()


def the_installation() -> Installation:
    """Return what administrators have decided; as it comes, until they decide anything."""
    return _INSTALLATION.first(1) or Installation(pk=1)


@dataclass(frozen=True, slots=True)
class Look:
    """What every page shows of the installation; of its notices the kinds that there are, as in "imprint privacy"."""

    name: str
    hue: int | None
    notices: str

    def __str__(self) -> str:
        return self.name or "Folkmoot"


def the_look() -> Look:
    now = the_installation()
    return Look(now.name, now.hue, " ".join(kind for kind in NOTICES if getattr(now, kind)))
