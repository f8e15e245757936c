from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post, Reaction
from folkmoot.conversations.rules import can_react
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record


def react(post: Post, kind: str, *, by: Person, via: str) -> None:
    """Answer a post without words. Twice is once."""
    if kind not in Reaction.Kind.values:
        raise Refused(_("There is no such answer."))
    with transaction.atomic():
        post = _now(post)
        require(can_react(by, post), _("You can't answer this post."))
        reaction, is_new = Reaction.objects.get_or_create(post=post, person=by, kind=kind)
        if is_new:
            _looks_different(post)
            record("reaction.added", reaction, by=by, via=via)


def unreact(post: Post, kind: str, *, by: Person, via: str) -> None:
    """Take an answer without words back. Only one's own; one that isn't there needs no taking."""
    with transaction.atomic():
        gone, _each = Reaction.objects.filter(post=post, person=by, kind=kind).delete()
        if gone:
            _looks_different(post)
            record("reaction.removed", post, by=by, via=via, of=kind)


def _now(post: Post) -> Post:
    return Post.objects.select_related("channel__group").get(pk=post.pk)


def _looks_different(post: Post) -> None:
    Post.objects.filter(pk=post.pk).update(version=F("version") + 1)
