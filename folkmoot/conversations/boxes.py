"""The boxes people write in: what stands in them, what they answer, and what is personal beside the posts."""

import secrets
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from folkmoot.accounts.http import reader
from folkmoot.accounts.models import Person
from folkmoot.conversations import rendering, results
from folkmoot.conversations.forms import ReplyForm, SaidForm
from folkmoot.conversations.fragments import Fragment, Row
from folkmoot.conversations.models import Draft, Post, Reaction, Topic
from folkmoot.conversations.operations.posting import LONGEST_BODY
from folkmoot.groups.models import Group
from folkmoot.kit.text import key_of
from folkmoot.store.prepared import Prepared

LONGEST_QUOTE = 4_000
UNSENT = "unsent"  # in the session

_DRAFT = Prepared(
    lambda handle, key: Draft.objects.in_use().filter(person__handle=handle, key=key).values_list("title", "body"),
    words=True,
)
View = Callable[..., HttpResponse]


def kept_through_sign_in(view: View) -> View:
    """Ask to sign in; what was sent meanwhile waits in the session, and stands in the box afterwards."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            _keep_unsent(request)
        where = f"/topics/{kwargs['topic_id']}/reply" if "topic_id" in kwargs else request.path
        return redirect_to_login(where)

    return wrapped


def _keep_unsent(request: HttpRequest) -> None:
    body, title = request.POST.get("body", ""), request.POST.get("title", "")
    if 0 < len(body) <= LONGEST_BODY and len(title) <= 200:
        request.session[UNSENT] = {"path": request.path, "title": title, "body": body}


def begun(request: HttpRequest, key: str, *paths: str) -> dict[str, str]:
    """What somebody has begun to write in a box: what they sent as their session was over, or their draft."""
    person = reader(request)
    unsent = request.session.get(UNSENT) if person else None
    if unsent and unsent["path"] in (paths or (request.path,)):
        del request.session[UNSENT]
        return {"title": unsent["title"], "body": unsent["body"]}
    draft = _DRAFT.first(person.handle, key) if person else None
    return {"title": draft[0], "body": draft[1]} if draft else {}


def of_topic(request: HttpRequest, topic: Topic, form: ReplyForm | None) -> dict[str, Any]:
    """The box at the end of a conversation. A form for an empty one costs a tenth of the page."""
    key = f"topic-{topic.pk}"
    if form is not None:
        context = around_form(form, is_preview="preview" in request.POST, key=key, group=topic.channel.group)
        return context | {
            "to": answered(topic, form["answers"].value()),
            "later": form["due_at"],
            "anonymous": form["is_anonymous"].value(),
        }
    to = answered(topic, request.GET.get("answers", ""))
    body = begun(request, key, f"/topics/{topic.pk}/replies").get("body", "")
    if to and "quote" in request.GET:
        body = f"{body}\n\n{quoted(to)}".lstrip("\n")
    field = {"html_name": "body", "auto_id": "id_body", "value": body, "errors": ()}
    return {"field": field, "key": key, "once": secrets.token_hex(8), "to": to, "people": topic.channel.group.slug}


def around_form(form: SaidForm, *, is_preview: bool, key: str, group: Group) -> dict[str, Any]:
    """A box whose form came back: what was written is still in it."""
    body = form["body"].value() or ""
    return {
        "field": form["body"],
        "files": form["files"],
        "key": key,
        "once": form["once"].value() or secrets.token_hex(8),
        "people": group.slug,
        "preview": rendering.render(body, "markdown")[0] if is_preview and not form["body"].errors else "",
    }


def answered(topic: Topic, number: Any) -> Post | None:
    """The post of this conversation that is being answered, if it is there."""
    key = key_of(str(number or ""))
    if not key:
        return None
    return topic.posts.not_taken_back().filter(pk=key).select_related("author").first()


def quoted(post: Post) -> str:
    """A post's own words as a quote, with whose they are."""
    own = [line for line in post.body[:LONGEST_QUOTE].strip().splitlines() if not line.startswith(">")]
    lines = "\n".join(f"> {line}".rstrip() for line in own).strip("> \n")
    words = _("%(name)s wrote:") % {"name": post.author_name}
    return f"{words}\n\n> {lines}\n\n"


def mine(person: Person, rows: Sequence[Row], posts: Sequence[Fragment]) -> dict[str, Any]:
    """What is personal beside posts that are the same for all: which are their own, how they reacted and voted."""
    reacted: dict[int, list[str]] = {}
    with_reactions = [row[0] for row, post in zip(rows, posts, strict=True) if post.has_reactions]
    if with_reactions:
        chosen = Reaction.objects.filter(person=person, post__in=with_reactions).values_list("post", "kind")
        for post_id, kind in chosen:
            reacted.setdefault(post_id, []).append(kind)
    found: dict[str, Any] = {"reactions": reacted, "own": [row[0] for row in rows if row[3] == person.pk]}
    if polls := [post.poll for post in posts if post.poll]:
        found["polls"] = results.mine(person, polls)
    return found
