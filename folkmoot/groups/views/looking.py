"""A group's pages as somebody else sees them. Read only: see docs/decisions/0023-view-as.md."""

import re
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.base import SessionBase
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.context import SEEN_AS
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group, Role
from folkmoot.groups.operations.looking import looking_as
from folkmoot.groups.rules import can_look_as
from folkmoot.kit.errors import Refused

# Nothing runs and nothing is sent from such a page, whatever stands in it.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SCRIPTS = re.compile(r"<script\b.*?</script>", re.DOTALL)
BAR = re.compile(r'<aside class="wrap seen-as".*?</aside>', re.DOTALL)  # with the way back to the reader's own view
CONTROLS = re.compile(r"<(button|input|select|textarea)\b")


@login_required
@require_safe
@managed("roles.manage")
def view_as(request: SignedIn, group: Group, role_id: int, page: str = "") -> HttpResponse:
    role = get_object_or_404(Role.objects.select_related("group"), pk=role_id, group=group)
    if not can_look_as(request.user, role):
        raise Http404
    try:
        with _lent(request, role) as person:
            answer = _answer(request, group, role, person, page)
    except Http404:
        return _nothing(request, group, role, _("For them there is no such page."))
    except Refused as refusal:
        return _nothing(request, group, role, str(refusal))
    if answer.status_code in {301, 302}:
        return _led(request, group, role, answer.headers["Location"])
    if answer.streaming or not answer.headers["Content-Type"].startswith("text/html"):
        return _nothing(request, group, role, _("This is a file, not a page."))
    if answer.status_code != HTTPStatus.OK:
        return _nothing(request, group, role, _("For them there is no such page."))
    return _shown(request, group, role, answer.content.decode())


def _lent(request: SignedIn, role: Role) -> AbstractContextManager[Any]:
    if role.audience == Role.Audience.ANYONE:
        return nullcontext(AnonymousUser())
    return looking_as(role, by=request.user)


def _answer(request: SignedIn, group: Group, role: Role, person: Any, page: str) -> HttpResponse:
    """What the page itself answers to such a person."""
    path = f"{group.get_absolute_url()}/{page}".rstrip("/")
    match = resolve(path)
    if match.url_name == "view_as":
        raise Http404
    asked = _copy(request, person)
    asked.path = asked.path_info = path
    asked.resolver_match = match
    asked.META[SEEN_AS] = {"role": role.label, "back": reverse("manage_roles", args=[group.slug])}
    answer: HttpResponse = match.func(asked, *match.args, **match.kwargs)
    return answer


def _copy(request: HttpRequest, person: Any) -> Any:
    """The request with nothing in it that is the reader's: no session, no cookie, no token that a form could use."""
    asked: Any = copy(request)
    asked.META = {key: value for key, value in request.META.items() if not key.startswith(("CSRF", "HTTP_HX"))}
    asked.META.pop("HTTP_COOKIE", None)
    asked.COOKIES = {}
    asked.session = SessionBase()
    asked.user = person
    asked.method = "GET"
    asked._messages = CookieStorage(asked)
    return asked


def _led(request: SignedIn, group: Group, role: Role, to: str) -> HttpResponse:
    """Where a page leads on within the group, it is followed; anywhere else is told."""
    path, front = urlsplit(to).path, group.get_absolute_url()
    if path == front or path.startswith(f"{front}/"):
        return redirect(f"{_base(group, role)}{to.removeprefix(front)}")
    if path == reverse("account_login"):
        return _nothing(request, group, role, _("They are asked to sign in first."))
    return _nothing(request, group, role, _("This leads out of the group."))


def _shown(request: SignedIn, group: Group, role: Role, html: str) -> HttpResponse:
    bar = BAR.search(html)
    if bar is None:  # without it there would be no way back
        return _nothing(request, group, role, _("This is only a piece of a page."))
    html = _inert(html[: bar.start()], group, role) + bar[0] + _inert(html[bar.end() :], group, role)
    return HttpResponse(html, headers={"Cache-Control": "private, no-store", "Content-Security-Policy": POLICY})


def _inert(html: str, group: Group, role: Role) -> str:
    """A part of the page without scripts, with nothing to press, and with links that stay in the view."""
    html = CONTROLS.sub(r"<\1 disabled", SCRIPTS.sub("", html))
    return re.sub(rf'href="{group.get_absolute_url()}(?=[/"?#])', f'href="{_base(group, role)}', html)


def _nothing(request: SignedIn, group: Group, role: Role, words: str) -> HttpResponse:
    """A page of the reader's own."""
    context = around(request, group, "manage") | {"station": "roles", "role": role, "words": words}
    return render(request, "groups/view_as_nothing.html", context)


def _base(group: Group, role: Role) -> str:
    return reverse("view_as", args=[group.slug, role.pk])
