from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import F, Q

from folkmoot.conversations import rendering
from folkmoot.conversations.models import Post
from folkmoot.conversations.operations.naming import named_in
from folkmoot.conversations.rendering import OF_LETTERS
from folkmoot.groups.models import Group
from folkmoot.kit import letters, markdown, plaintext

BATCH = 200


def outdated(group: Group | None = None) -> "Q":
    """The posts whose HTML an older renderer made."""
    of_letters = Q(html_version__gte=OF_LETTERS, html_version__lt=letters.VERSION)
    of_markdown = Q(html_version__lt=min(OF_LETTERS, markdown.VERSION), markup=Post.Markup.MARKDOWN)
    of_text = Q(html_version__lt=min(OF_LETTERS, plaintext.VERSION), markup=Post.Markup.TEXT)
    older = of_letters | of_markdown | of_text
    return older & Q(channel__group=group) if group else older


def render_again(group: Group | None = None, *, batch: int = BATCH) -> Iterator[int]:
    """Render what an older renderer made, in batches, and yield how many are done. Stopped, it goes on from there."""
    after = done = 0
    while posts := _next(group, after, batch):
        done += _written([(post, *_rendered(post)) for post in posts])
        after = posts[-1].pk
        yield done


def _next(group: Group | None, after: int, batch: int) -> list[Post]:
    posts = Post.objects.filter(outdated(group), pk__gt=after).select_related("channel__group")
    return list(posts.prefetch_related("attachments__file").order_by("pk")[:batch])


def _rendered(post: Post) -> tuple[str, int]:
    files = rendering.kept_files(post)
    html, version = rendering.render_as_before(post.body, post.markup, post.html_version, files)
    return named_in(html, post.channel)[0], version


def _written(rendered: Sequence[tuple[Post, str, int]]) -> int:
    """Write a batch. A post that was changed meanwhile is left as it is now."""
    with transaction.atomic():
        return sum(
            Post.objects.filter(pk=post.pk, body=post.body, html_version=post.html_version).update(
                html=html, html_version=version, version=F("version") + 1
            )
            for post, html, version in rendered
        )
