"""Files that came with an archive's letters. They lie on the disk already; here they get their rows."""

from collections.abc import Sequence

from folkmoot.conversations.models import Attachment, Post, StoredFile
from folkmoot.conversations.rendering import KeptFile


def attach_all(posts: Sequence[tuple[Post, Sequence[KeptFile]]]) -> None:
    """Note the files of many posts at once."""
    facts = {kept.sha256: kept for _post, files in posts for kept in files}
    if not facts:
        return
    rows = [StoredFile(sha256=kept.sha256, size=kept.size, kind=kept.kind) for kept in facts.values()]
    StoredFile.objects.bulk_create(rows, ignore_conflicts=True)
    keys = dict(StoredFile.objects.filter(sha256__in=list(facts)).values_list("sha256", "pk"))
    attached = [
        Attachment(
            post=post, file_id=keys[kept.sha256], name=kept.name, is_inline=kept.is_inline, content_id=kept.content_id
        )
        for post, files in posts
        for kept in files
    ]
    Attachment.objects.bulk_create(attached)
