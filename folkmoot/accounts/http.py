from collections.abc import Callable
from functools import wraps
from time import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from folkmoot.accounts.models import Person

# For those who sign in by a link in a letter, not by a code.
BACKEND = "folkmoot.accounts.backends.Backend"

View = Callable[..., HttpResponseBase]


class SignedIn(HttpRequest):
    """A request that has passed login_required. For type checkers."""

    user: Person


def reader(request: HttpRequest) -> Person | None:
    """Who is looking; None for a stranger."""
    return request.user if isinstance(request.user, Person) else None


def freshly(view: View) -> View:
    """Let only those through who have just shown who they are; everybody else does that first."""

    @wraps(view)
    def guarded(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if has_just_signed_in(request):
            return view(request, *args, **kwargs)
        back = urlencode({"next": _page_of(request)})
        if get_adapter().get_reauthentication_methods(request.user):
            return redirect(f"{reverse('account_reauthenticate')}?{back}")
        return render(request, "accounts/again.html", {"next": f"{reverse('account_login')}?{back}"}, status=403)

    return guarded


def _page_of(request: HttpRequest) -> str:
    """The page one was on: of a form that was sent, the page that it stood on, since its own address shows nothing."""
    if request.method in {"GET", "HEAD"}:
        return request.path
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path if page.path and page.netloc == request.get_host() else reverse("settings")


def has_just_signed_in(request: HttpRequest) -> bool:
    """Whether a code, a password or a passkey was shown in the last minutes; allauth keeps that in the session."""
    oldest = time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(one["at"] > oldest for one in request.session.get("account_authentication_methods", []))
