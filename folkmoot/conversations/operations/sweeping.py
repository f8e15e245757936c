from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now

from folkmoot.conversations.models import Attachment, StoredFile, Upload
from folkmoot.conversations.operations.uploading import WAITS_FOR
from folkmoot.store import files

YOUNG = timedelta(days=1)  # a file comes before its row: a young one may be waiting for it


def sweep_files(spare: Callable[[str], bool] = lambda name: False, used: QuerySet[Any] | None = None) -> int:
    """Delete kept files that no post has, as after a letter that was refused, and that nobody else asks to spare.

    `used` are keys of files that others than posts have. Returns how many were deleted."""
    Upload.objects.filter(uploaded_at__lt=now() - WAITS_FOR).delete()
    unused = StoredFile.objects.exclude(pk__in=Attachment.objects.values("file"))
    if used is not None:
        unused = unused.exclude(pk__in=used)
    unused.exclude(pk__in=Upload.objects.values("file")).delete()
    swept = 0
    for name in files.older_than(YOUNG):
        if not StoredFile.objects.filter(sha256=name).exists() and not spare(name):
            files.where(name).unlink(missing_ok=True)
            swept += 1
    return swept
