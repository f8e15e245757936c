from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.accounts.models import OldHandle, Person
from folkmoot.accounts.operations import merge
from folkmoot.conversations.models import Post
from folkmoot.conversations.operations import confirm_past
from folkmoot.groups.forms import ReadingForm
from folkmoot.groups.http import around, of_group
from folkmoot.groups.models import Application, Group, Invitation, Membership, Role
from folkmoot.lobby import queries
from folkmoot.meetings import queries as meetings
from folkmoot.meetings.showing import lines
from folkmoot.web.about import About, with_page
from folkmoot.web.strangers import same_for_strangers

A_PAGE = 50
MOST_MEETINGS = 4  # on the page that a stranger sees first
MOST_SUBGROUPS = 50  # named on a group's front page

LEAD = gettext_lazy(
    "Folkmoot runs user groups. The message board is the mailing list: whoever writes a letter and "
    "whoever writes here speak in the same conversation, and what was said can be found again. Free "
    "software; your group keeps its members, its words and its address."
)


@require_safe
@same_for_strangers
def home(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    if person is None:
        found = queries.groups_about("", person=None)[:8]
        about = About("/", _("Folkmoot: user groups, with every door open"), str(LEAD))
        return render(
            request, "lobby/welcome.html", {"groups": found, "query": "", "about": about, "next_meetings": _anywhere()}
        )
    return redirect("inbox")


@require_safe
@same_for_strangers
def groups(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:200]
    found = Paginator(queries.groups_about(query, person=reader(request)), A_PAGE)
    page = found.get_page(request.GET.get("page"))
    about = None if query else About(with_page("/groups", page.number), _("Groups"))
    context = {"query": query, "page": page, "nav": "groups", "about": about}
    return render(request, "lobby/groups.html", context)


@require_safe
@same_for_strangers
@of_group
def group(request: HttpRequest, group: Group) -> HttpResponse:
    person = reader(request)
    context = around(request, group, "front")
    context |= {
        "talks": queries.newest_topics(Group.objects.filter(pk=group.pk), person=person, most=6),
        "owners": _owners(group),
        "next_meetings": lines(meetings.next_of(group, person, 2), person),
        "subgroups": _subgroups(group, person),
        "doors": _doors(group),
        "is_checked": bool(settings.AUTHSERV_ID),
        "about": _about(group, can_read="topics.read" in context["permissions"]),
        **_mine(group, person, context),
    }
    return render(request, "lobby/group.html", context)


@require_safe
def person(request: HttpRequest, handle: str) -> HttpResponse:
    found = Person.objects.filter(handle=handle, merged_into=None).first()
    if found is None:
        old = get_object_or_404(OldHandle.objects.select_related("person").filter(handle=handle))
        return redirect(old.person, permanent=True)
    if found.erased_at:
        return render(request, "lobby/person_gone.html", status=410)
    me = reader(request)
    posts = Post.objects.visible_to(me).not_taken_back().said_by(found, to=me).select_related("topic", "channel__group")
    shared = _in_both(found, me)
    context = {
        "person": found,
        "posts": list(posts.order_by("-posted_at", "-pk")[:20]),
        "both_in": shared,
        "profile": list(found.profile.visible_to(me, shares_group=bool(shared)).order_by("pk")),
        "is_me": found == me,
    }
    if not any(context[known] for known in ("posts", "both_in", "profile", "is_me")):
        raise Http404  # somebody of whom the reader knows nothing, not even that they are here
    return render(request, "lobby/person.html", context)


@login_required
@require_safe
def past(request: SignedIn) -> HttpResponse:
    context = {
        "past": queries.past_of(request.user),
        "others": list(queries.others_at_addresses_of(request.user)),
        "nav": "settings",
    }
    return render(request, "lobby/past.html", context)


@login_required
@require_POST
def past_confirm(request: SignedIn, slug: str) -> HttpResponse:
    group = get_object_or_404(Group.objects.filter(channels__posts__author=request.user).distinct(), slug=slug)
    count = confirm_past(request.user, group=group)
    words = ngettext("%(n)d post is confirmed as yours.", "%(n)d posts are confirmed as yours.", count)
    messages.success(request, words % {"n": count})
    return redirect("past")


@login_required
@require_POST
def past_merge(request: SignedIn, handle: str) -> HttpResponse:
    other = get_object_or_404(queries.others_at_addresses_of(request.user), handle=handle)
    merge(other, into=request.user, by=request.user, via="web")
    messages.success(request, _("What %(name)s said is yours now.") % {"name": other.name})
    return redirect("past")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def _in_both(found: Person, me: Person | None) -> list[Membership]:
    """Their memberships in groups that the reader is in, too."""
    if me is None:
        return []
    current = found.memberships.current().filter(group__in=Group.objects.joined_by(me))
    return list(current.select_related("group", "organization").order_by("group__name"))


def _mine(group: Group, person: Person | None, context: dict[str, Any]) -> dict[str, Any]:
    """What the group is to the reader: how they read, or how they may come in."""
    mine = context["membership"]
    if mine is not None:
        return {"reading_form": ReadingForm(initial={"mail": mine.mail, "own_posts": mine.own_posts})}
    if person is None:
        return {}
    addresses = person.addresses.filter(verified=True).values("email")
    invited = Invitation.objects.open().filter(group=group, address__in=addresses)
    asked = Application.objects.filter(group=group, person=person, decided_at=None)
    return {"invitation": invited.first(), "application": asked.first()}


def _about(group: Group, *, can_read: bool) -> About | None:
    """What is said of a group that others may know of."""
    if group.visibility == Group.Visibility.HIDDEN:
        return None
    feed = f"{group.get_absolute_url()}/feed.atom" if can_read else ""
    return About(group.get_absolute_url(), group.name, Truncator(group.purpose).chars(200), feed=feed)


def _anywhere() -> list[dict[str, Any]]:
    return lines(meetings.next_anywhere(MOST_MEETINGS), None)


def _subgroups(group: Group, person: Person | None) -> list[Group]:
    """Those right below that the reader may know of."""
    below = Group.objects.visible_to(person).filter(parent=group)
    return list(below.order_by("name", "pk")[:MOST_SUBGROUPS])


def _owners(group: Group) -> list[dict[str, str]]:
    owners = group.memberships.current().filter(grants__role__group=group, grants__role__key=Role.BuiltIn.OWNER)
    return [
        {"name": one.person.name, "handle": one.person.handle, "picture": one.person.picture, "words": _("owner")}
        for one in owners.select_related("person").order_by("joined_at")[:8]
    ]


def _doors(group: Group) -> list[dict[str, str]]:
    address = f"{group.slug}@{settings.HOST}"
    board = f"{settings.SITE}{group.get_absolute_url()}/topics"
    return [
        {"via": "mail", "label": _("Mail"), "words": address, "url": f"mailto:{address}"},
        {"via": "web", "label": _("Board"), "words": _("read and write here"), "url": board},
        {
            "icon": "rss",
            "label": _("Feed"),
            "words": _("all that is said"),
            "url": f"{group.get_absolute_url()}/feed.atom",
        },
    ]
