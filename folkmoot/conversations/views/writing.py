"""What helps while somebody writes: a preview, files sent ahead, drafts, and names that begin so."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.accounts.models import Person
from folkmoot.conversations import rendering
from folkmoot.conversations.forms import DraftForm, PreviewForm, UploadForm
from folkmoot.conversations.http import readable
from folkmoot.conversations.models import Draft, Post, Topic
from folkmoot.conversations.operations import keep_draft, take_draft_back, throw_draft_away, upload
from folkmoot.groups.http import of_group, standing
from folkmoot.groups.models import Group
from folkmoot.kit.errors import Refused

MOST_NAMES = 8


@login_required
@require_POST
def preview(request: SignedIn) -> HttpResponse:
    form = PreviewForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    shown = rendering.render(form.cleaned_data["body"], "markdown")[0]
    return render(request, "web/_preview.html", {"preview": shown})


@login_required
@require_POST
def uploads(request: SignedIn) -> JsonResponse:
    """Send a picture ahead; the answer is the Markdown that shows it."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"error": " ".join(map(str, form.errors.get("file", [])))}, status=422)
    sent = form.cleaned_data["file"]
    try:
        kept = upload(request.user, name=sent.name, content=sent.read(), via="web")
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    mark = "!" if kept.is_picture else ""
    address = kept.url.replace("(", "%28").replace(")", "%29")
    return JsonResponse({"markdown": f"{mark}[{kept.name.translate(_NO_BRACKETS)}]({address})"}, status=201)


_NO_BRACKETS = str.maketrans({"[": "(", "]": ")", "\\": ""})


@login_required
@require_safe
def drafts(request: SignedIn) -> HttpResponse:
    """All that somebody has begun to write, newest first."""
    kept = list(request.user.drafts.in_use().order_by("-saved_at", "-pk"))
    return render(request, "conversations/drafts.html", {"drafts": _with_boxes(kept, request.user), "nav": "drafts"})


def _with_boxes(drafts: list[Draft], person: Person) -> list[dict[str, Any]]:
    """Each draft with the box it stands in; one whose box is gone, or may not be seen any more, has none."""
    boxes = [one.key.partition("-") for one in drafts]
    topics = Topic.objects.readable_by(person).select_related("channel__group")
    by_topic = topics.in_bulk([int(rest) for kind, _dash, rest in boxes if kind == "topic"])
    posts = Post.objects.visible_to(person).select_related("topic")
    by_post = posts.in_bulk([int(rest) for kind, _dash, rest in boxes if kind == "post"])
    slugs = [rest for kind, _dash, rest in boxes if kind == "new"]
    groups = {one.slug: one for one in Group.objects.visible_to(person).filter(slug__in=slugs)}
    return [{"draft": one, **_box(one, by_topic, by_post, groups)} for one in drafts]


def _box(draft: Draft, topics: dict[int, Topic], posts: dict[int, Post], groups: dict[str, Group]) -> dict[str, Any]:
    kind, _dash, rest = draft.key.partition("-")
    if kind == "topic" and (topic := topics.get(int(rest))):
        return {"url": f"/topics/{topic.pk}/reply", "where": _("Reply in “%(title)s”") % {"title": topic.title}}
    if kind == "post" and (post := posts.get(int(rest))):
        return {"url": f"/posts/{post.pk}/edit", "where": _("Change in “%(title)s”") % {"title": post.topic.title}}
    if kind == "new" and (group := groups.get(rest)):
        return {"url": f"/g/{group.slug}/topics/new", "where": _("New in %(group)s") % {"group": group.name}}
    return {"url": "", "where": _("Where this was written is not there any more")}


@login_required
@require_POST
def draft(request: SignedIn, key: str) -> HttpResponse:
    """Keep what is being typed."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    keep_draft(request.user, key, **form.cleaned_data)
    return HttpResponse(status=204)


@login_required
@require_POST
def draft_remove(request: SignedIn, key: str) -> HttpResponse:
    if not throw_draft_away(request.user, key):
        raise Http404
    messages.success(request, _("The draft is thrown away."), extra_tags=f"undo:/drafts/{key}/restore {key}")
    return redirect("drafts")


@login_required
@require_POST
def draft_restore(request: SignedIn, key: str) -> HttpResponse:
    if not take_draft_back(request.user, key):
        raise Http404
    messages.success(request, _("The draft is back."), extra_tags=f"undo:/drafts/{key}/remove")
    return redirect("drafts")


@require_safe
def topic_reply(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Lead to the box at the end of a conversation."""
    topic = readable(request, topic_id)
    if topic is None:
        raise Http404
    return redirect(f"{topic.get_absolute_url()}?page=last#reply")


@login_required
@require_safe
@of_group
def people(request: SignedIn, group: Group) -> JsonResponse:
    """Members whose name or handle begins so, for those who may see who is in the group."""
    if "members.read" not in standing(group, request.user).permissions:
        raise Http404
    begins = request.GET.get("q", "")[:40]
    found = group.memberships.current().beginning_with(begins) if begins else group.memberships.none()
    rows = found.values("person__handle", "person__name")[:MOST_NAMES]
    return JsonResponse({"people": [{"handle": one["person__handle"], "name": one["person__name"]} for one in rows]})
