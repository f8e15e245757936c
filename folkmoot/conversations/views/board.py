from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.conversations import about, boxes, queries, rows, searching, unread
from folkmoot.conversations.forms import TopicForm
from folkmoot.conversations.http import zone_of
from folkmoot.conversations.models import MAIN, Channel
from folkmoot.conversations.operations import MustWait, hold_post, keep_draft, main_channel, schedule, start_topic
from folkmoot.conversations.views.topics import A_PAGE
from folkmoot.groups.http import above, around, of_group, standing
from folkmoot.groups.models import Group, Membership
from folkmoot.kit.errors import Refused
from folkmoot.kit.search_words import LONGEST
from folkmoot.store.prepared import Prepared
from folkmoot.web.forms import tried
from folkmoot.web.strangers import same_for_strangers

_CHANNELS = Prepared(lambda group: Channel.objects.filter(group=group).in_order())
SHOWS = ("", "unanswered", "mine")


@require_safe
@same_for_strangers
@of_group
def topics(request: HttpRequest, group: Group) -> HttpResponse:
    return _board(request, group, None)


@require_safe
@same_for_strangers
@of_group
def channel(request: HttpRequest, group: Group, channel: str) -> HttpResponse:
    slug = "" if channel == MAIN else channel
    there = Channel.objects.visible_to(reader(request))
    found = there.filter(group=group, slug=slug).first()
    if found is not None:
        return _board(request, group, found)
    moved = there.filter(pk__in=queries.channel_once_at(group, slug)).select_related("group")
    return redirect(get_object_or_404(moved), permanent=True)


def _board(request: HttpRequest, group: Group, channel: Channel | None) -> HttpResponse:
    person = reader(request)
    mine = standing(group, person)
    can_read = "topics.read" in mine.permissions
    channels = _CHANNELS.rows(group.pk) if can_read else []
    query = request.GET.get("q", "").strip()[:LONGEST]
    context: dict[str, Any] = {
        "group": group,
        "tab": "talk",
        "member_count": mine.members,
        "above": above(group, person),
        "can_manage": "group.manage" in mine.permissions,
        "query": query,
        "can_read": can_read,
        "can_start": "topics.post" in mine.permissions and not (group.closed_at or (channel and channel.closed_at)),
        "channel": channel,
        "channels": channels if len(channels) > 1 else [],
        "address": _address(group, channel),
    }
    ids = [channel.pk] if channel else [one.pk for one in channels]
    if mine.mail and ids:
        context |= {"my_mail": mine.mail, "channel_id": ids[0], "my_level": unread.level_of(ids[0], person)}
    if query:
        context |= searching.page(request, query, person=person, group=group)
    else:
        context |= _rows(request, group, ids)
        if person is None and can_read and not context["show"]:
            context["about"] = about.of_board(group, channel, context["page"].number)
    return render(request, "conversations/topics.html", context)


def _rows(request: HttpRequest, group: Group, channels: Sequence[int]) -> dict[str, Any]:
    """A page of the board: what all look at is asked for by prepared queries, what is chosen by whatever it takes."""
    person, show = reader(request), request.GET.get("show", "")
    if show in SHOWS[1:]:
        ids = queries.board(channels, show=show, person=person).values_list("pk", flat=True)
        page: Page[int] = Paginator(ids, A_PAGE).get_page(request.GET.get("page"))
        listed = list(page)
    else:
        show = ""
        page, listed = queries.whole_board(channels, A_PAGE, request.GET.get("page"))
    return {"show": show, "page": page, "rows": rows.rendered(listed, group=group, person=person)}


@boxes.kept_through_sign_in
@of_group
def topic_new(request: SignedIn, group: Group) -> HttpResponse:
    context = around(request, group, "talk")
    if "topics.read" not in context["permissions"]:
        raise Http404
    with timezone.override(zone_of(request.user, group)):
        form = _topic_form(request, group)
        is_preview = "preview" in request.POST
        if request.method == "POST" and form.is_valid() and not is_preview:
            begun: HttpResponse | None = tried(form, None, lambda: _begin(request, form))
            if begun is not None:
                return begun
        context |= boxes.around_form(form, is_preview=is_preview, key=f"new-{group.slug}", group=group)
        context |= {"form": form, "by_mail": _by_mail(group), "can_start": "topics.post" in context["permissions"]}
        return render(request, "conversations/topic_new.html", context, status=422 if form.errors else 200)


def _topic_form(request: SignedIn, group: Group) -> TopicForm:
    main_channel(group)  # it is there from the first time that somebody asks for it
    channels = list(group.channels.filter(closed_at=None).in_order())
    initial = {"channel": request.GET.get("channel") or channels[0].slug or MAIN}
    initial |= boxes.begun(request, f"new-{group.slug}")
    form = TopicForm(request.POST or None, channels=channels, initial=initial, files=request.FILES or None)
    if "due_at" in form.fields:
        zone = timezone.get_current_timezone_name()
        form.fields["due_at"].help_text = _("By the clock of %(zone)s. Left empty, it is sent at once.") % {
            "zone": zone
        }
    return form


def _begin(request: SignedIn, form: TopicForm) -> HttpResponse:
    said = dict(form.cleaned_data)
    channel, due_at = said.pop("channel"), said.pop("due_at", None)
    key = f"new-{channel.group.slug}"
    if due_at:
        words = {name: said[name] for name in said if name not in {"files", "once"}}
        kept = schedule(channel, author=request.user, due_at=due_at, via="web", **words)
        keep_draft(request.user, key)
        tags = f"undo:/scheduled/{kept.pk}/remove {key}"
        messages.success(request, _("Your conversation waits for its time."), extra_tags=tags)
        return redirect("scheduled")
    try:
        made = start_topic(channel, author=request.user, via="web", **said)
    except MustWait:
        return _wait(channel, request, said)
    messages.success(request, _("Your conversation has begun."), extra_tags=key)
    return redirect(made)


def _wait(channel: Channel, request: SignedIn, said: dict[str, Any]) -> HttpResponse:
    """Keep a conversation that a moderator looks at first."""
    if said.get("files"):
        raise Refused(
            _("A moderator looks at your posts first, and files can't wait with them. Send it without files.")
        )
    words = {name: said[name] for name in said if name not in {"files", "once"}}
    hold_post(channel, author=request.user, via="web", **words)
    key = f"new-{channel.group.slug}"
    keep_draft(request.user, key)
    messages.success(
        request, _("A moderator looks at your conversation first. It waits under “Sent later”."), extra_tags=key
    )
    return redirect("scheduled")


def _address(group: Group, channel: Channel | None) -> str:
    detail = f"+{channel.slug}" if channel and channel.slug else ""
    return f"{group.slug}{detail}@{settings.HOST}"


def _by_mail(group: Group) -> int:
    return group.memberships.current().filter(mail=Membership.Mail.EACH).count()
