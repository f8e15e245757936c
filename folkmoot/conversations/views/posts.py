"""One post: where it stands, what can be done with it, its past; and the files that belong to posts."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.conversations import boxes, fragments, rendering, rules
from folkmoot.conversations.forms import EditForm
from folkmoot.conversations.http import handed_out, readable_post
from folkmoot.conversations.models import Attachment, Post, Reaction, StoredFile, Upload
from folkmoot.conversations.operations import edit, put_back, react, take_back, unreact
from folkmoot.conversations.queries import wordings
from folkmoot.conversations.views.topics import page_of
from folkmoot.groups.http import around


@require_safe
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    return _to(readable_post(request, post_id))


def _to(post: Post) -> HttpResponseRedirect:
    """Lead to where a post stands in its conversation."""
    return HttpResponseRedirect(f"{post.topic.get_absolute_url()}{page_of(post)}#post-{post.pk}")


@require_safe
def post_reply(request: HttpRequest, post_id: int) -> HttpResponse:
    """Lead to the box at the end of the conversation, which then answers this post."""
    post = readable_post(request, post_id)
    quote = "&quote=1" if "quote" in request.GET else ""
    return redirect(f"{post.topic.get_absolute_url()}?page=last&answers={post.pk}{quote}#reply")


@require_safe
def post_actions(request: HttpRequest, post_id: int) -> HttpResponse:
    """All that this reader may do with a post, without JavaScript."""
    post, person = readable_post(request, post_id), reader(request)
    reactions = list(post.reactions.select_related("person").order_by("pk"))
    with timezone.override(post.channel.group.time_zone):
        context = around(request, post.channel.group, "talk") | {
            "post": post,
            "fragment": _fragment(post, can_act=False),
            "kinds": _kinds(reactions, person.pk if person else None),
            "can_react": person is not None and rules.can_react(person, post),
            "can_reply": person is not None and not post.removed_at and rules.can_reply(person, post.topic),
            "can_edit": person is not None and rules.can_edit(person, post),
            "can_take_back": person is not None and rules.can_take_back(person, post),
            "can_put_back": person is not None and rules.can_put_back(person, post),
            "can_report": person is not None and rules.can_report(person, post),
            "has_past": post.edited_at is not None and rules.can_see_past(person, post),
            "hidden": post.html if post.removed_at and rules.can_see_past(person, post) else "",
        }
        return render(request, "conversations/posts/actions.html", context)


def _kinds(reactions: list[Reaction], me: int | None) -> list[dict[str, object]]:
    """Each kind of reaction, who chose it, and whether the reader did."""
    return [
        {
            "kind": kind,
            "label": label,
            "people": [one.person for one in reactions if one.kind == kind],
            "is_mine": any(one.kind == kind and one.person_id == me for one in reactions),
        }
        for kind, label in Reaction.Kind.choices
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def post_edit(request: SignedIn, post_id: int) -> HttpResponse:
    post = readable_post(request, post_id)
    if not rules.can_edit(request.user, post):
        raise Http404
    key, group = f"post-{post.pk}", post.channel.group
    form = EditForm(request.POST or None, initial={"body": post.body} | boxes.begun(request, key))
    is_preview = "preview" in request.POST
    if request.method == "POST" and form.is_valid() and not is_preview:
        edit(post, by=request.user, via="web", **form.cleaned_data)
        messages.success(request, _("Your change is kept."), extra_tags=key)
        return _to(post)
    shown = rendering.render(form["body"].value() or "", post.markup)[0] if is_preview and not form.errors else ""
    context = around(request, group, "talk") | {"post": post, "field": form["body"], "form": form}
    context |= {"key": key, "preview": shown, "people": group.slug}
    return render(request, "conversations/posts/edit.html", context, status=422 if form.errors else 200)


@require_safe
def post_history(request: HttpRequest, post_id: int) -> HttpResponse:
    """What a post said before, word by word."""
    post = readable_post(request, post_id, past=True)
    with timezone.override(post.channel.group.time_zone):
        context = around(request, post.channel.group, "talk") | {"post": post, "wordings": wordings(post)}
        return render(request, "conversations/posts/history.html", context)


@login_required
@require_POST
def post_remove(request: SignedIn, post_id: int) -> HttpResponse:
    post = take_back(readable_post(request, post_id), by=request.user, via="web")
    messages.success(request, _("The post is taken back."), extra_tags=f"undo:/posts/{post.pk}/restore")
    return _fresh(request, post)


@login_required
@require_POST
def post_restore(request: SignedIn, post_id: int) -> HttpResponse:
    post = put_back(readable_post(request, post_id), by=request.user, via="web")
    messages.success(request, _("The post is back."), extra_tags=f"undo:/posts/{post.pk}/remove")
    return _fresh(request, post)


@login_required
@require_POST
def reaction(request: SignedIn, post_id: int, kind: str) -> HttpResponse:
    post = readable_post(request, post_id)
    react(post, kind, by=request.user, via="web")
    return _fresh(request, post)


@login_required
@require_POST
def reaction_remove(request: SignedIn, post_id: int, kind: str) -> HttpResponse:
    post = readable_post(request, post_id)
    unreact(post, kind, by=request.user, via="web")
    return _fresh(request, post)


def _fresh(request: HttpRequest, post: Post) -> HttpResponse:
    """The post as it looks now, for a script that puts it in place; without one, the way back to it."""
    if "HX-Request" not in request.headers:
        return _to(post)
    with timezone.override(post.channel.group.time_zone):
        return HttpResponse(_fragment(post, can_act=True))


def _fragment(post: Post, *, can_act: bool) -> str:
    version = Post.objects.values_list("version", flat=True).get(pk=post.pk)
    row = (post.pk, version, post.posted_at, post.author_id)
    return fragments.joined(fragments.of_posts(post.topic, [row], can_act=can_act))


@require_safe
def file(request: HttpRequest, sha256: str, name: str) -> HttpResponseBase:
    """A file of a post, to those who may read it; one that waits for its post, to whoever sent it."""
    stored = _stored(request, sha256, name)
    return handed_out(stored, name)


def _stored(request: HttpRequest, sha256: str, name: str) -> StoredFile:
    person = reader(request)
    attached = Attachment.objects.visible_to(person).filter(file__sha256=sha256, name=name)
    if found := attached.select_related("file").first():
        return found.file
    waiting = Upload.objects.filter(person=person, file__sha256=sha256, name=name).select_related("file")
    return get_object_or_404(waiting).file
