from django.db import transaction
from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Edition, Post
from folkmoot.conversations.operations.naming import name_again, named_in
from folkmoot.conversations.operations.posting import clean_body
from folkmoot.conversations.operations.uploading import adopt
from folkmoot.conversations.rules import can_edit, can_put_back, can_take_back
from folkmoot.kit.errors import require
from folkmoot.outbox.operations import record
from folkmoot.store import search


def edit(post: Post, *, by: Person, body: str, via: str) -> Post:
    """Change a post's words; the old ones are kept, and no letter goes out again."""
    body = clean_body(body, may_be_empty=post.attachments.exists())
    html, version = rendering.render_as_before(body, post.markup, post.html_version, rendering.kept_files(post))
    html, named = named_in(html, post.channel)
    with transaction.atomic():
        post = _locked(post)
        require(can_edit(by, post), _("You can't change this post."))
        if body == post.body:
            return post
        written_at = post.edited_at or post.posted_at
        Edition.objects.create(
            post=post, body=post.body, html=post.html, written_at=written_at, replaced_by=by, replaced_at=now()
        )
        changed = {"body": body, "html": html, "html_version": version, "edited_at": now()}
        post = _changed(post, **changed)
        name_again(post, named)
        adopt(post)
        _find_as_now(post)
        record("post.edited", post, by=by, via=via)
    return post


def take_back(post: Post, *, by: Person, via: str) -> Post:
    """Take back what was said. Its place in the conversation stays; its words and files are hidden, and come back."""
    with transaction.atomic():
        post = _locked(post)
        require(can_take_back(by, post), _("You can't take this post back."))
        post = _changed(post, removed_at=now(), removed_by=by)
        _find_as_now(post)
        record("post.removed", post, by=by, via=via)
    return post


def put_back(post: Post, *, by: Person, via: str) -> Post:
    """Put a post back that was taken back."""
    with transaction.atomic():
        post = _locked(post)
        require(can_put_back(by, post), _("You can't put this post back."))
        post = _changed(post, removed_at=None, removed_by=None)
        _find_as_now(post)
        record("post.restored", post, by=by, via=via)
    return post


def _locked(post: Post) -> Post:
    posts = Post.objects.select_for_update(no_key=True, of=("self",))
    return posts.select_related("topic", "channel__group", "author").get(pk=post.pk)


def _changed(post: Post, **fields: object) -> Post:
    """Write the fields, and that the post looks different now."""
    Post.objects.filter(pk=post.pk).update(version=F("version") + 1, **fields)
    for name, value in fields.items():
        setattr(post, name, value)
    return post


def _find_as_now(post: Post) -> None:
    search.forget([post.pk])
    if post.removed_at is None:
        search.index([(post.pk, post.channel_id, post.title, post.body)])
