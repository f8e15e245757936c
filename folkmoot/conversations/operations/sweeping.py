from datetime import timedelta

from folkmoot.conversations.models import Attachment, StoredFile
from folkmoot.store import files

YOUNG = timedelta(days=1)  # a file comes before its row: a young one may be waiting for it


def sweep_files() -> int:
    """Delete kept files that no post has, as after a letter that was refused. Returns how many."""
    StoredFile.objects.exclude(pk__in=Attachment.objects.values("file")).delete()
    swept = 0
    for name in files.older_than(YOUNG):
        if not StoredFile.objects.filter(sha256=name).exists():
            files.where(name).unlink(missing_ok=True)
            swept += 1
    return swept
