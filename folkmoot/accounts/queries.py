"""Reads that span models."""

from folkmoot.accounts.models import Person, PersonExport


def keeps_file(name: str) -> bool:
    """Whether a kept file is somebody's picture or somebody's export."""
    return Person.objects.filter(picture=name).exists() or PersonExport.objects.filter(sha256=name).exists()
