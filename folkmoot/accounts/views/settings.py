"""What a person chooses for themselves."""

from allauth.account import views as allauth
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import activate_totp
from allauth.mfa.webauthn.views import AddWebAuthnView
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts import operations
from folkmoot.accounts.forms import GeneralForm, PictureForm, ProfileForm
from folkmoot.accounts.http import SignedIn, View, freshly
from folkmoot.accounts.language import zones
from folkmoot.accounts.models import Person
from folkmoot.store import files

SAFE = ("GET", "HEAD")
FOR_EVER = "public, max-age=31536000, immutable"


@login_required
def settings(request: SignedIn) -> HttpResponse:
    me = request.user
    chosen = {"name": me.name, "language": me.language, "time_zone": me.time_zone, "has_shortcuts": me.has_shortcuts}
    form = GeneralForm(request.POST or None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if said["name"] != me.name:
            operations.rename(me, name=said.pop("name"), by=me)
        said.pop("name", None)
        operations.prefer(me, **said)
        messages.success(request, _("Saved."))
        return redirect("settings")
    context = {"form": form, "zones": zones(), "nav": "settings"}
    return render(request, "accounts/settings.html", context, status=422 if form.errors else 200)


@login_required
def profile(request: SignedIn) -> HttpResponse:
    form = ProfileForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        operations.describe(request.user, form.entries())
        messages.success(request, _("Saved."))
        return redirect("profile")
    context = {"form": form, "picture_form": PictureForm(), "nav": "settings"}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def picture(request: SignedIn) -> HttpResponse:
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        context = {"form": ProfileForm(person=request.user), "picture_form": form, "nav": "settings"}
        return render(request, "accounts/profile.html", context, status=422)
    operations.show_picture(request.user, content=form.cleaned_data["picture"].read())
    messages.success(request, _("That is you now."))
    return redirect("profile")


@login_required
@require_POST
def picture_remove(request: SignedIn) -> HttpResponse:
    operations.remove_picture(request.user)
    messages.success(request, _("Your initials stand for you again."))
    return redirect("profile")


@require_safe
def face(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """A person's picture, as we drew it. Whoever knows its address has seen the name it stands beside."""
    path = files.where(sha256)
    if not Person.objects.filter(picture=sha256).exists() or not path.exists():
        raise Http404
    headers = {"Cache-Control": FOR_EVER, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return HttpResponse(path.read_bytes(), content_type="image/webp", headers=headers)


@login_required
@require_safe
def security(request: SignedIn) -> HttpResponse:
    found: dict[str, list[Authenticator]] = {kind: [] for kind in Authenticator.Type}
    for one in Authenticator.objects.filter(user_id=request.user.pk).order_by("pk"):
        found[one.type].append(one)
    codes = found[Authenticator.Type.RECOVERY_CODES]
    context = {
        "passkeys": found[Authenticator.Type.WEBAUTHN],
        "app": found[Authenticator.Type.TOTP],
        "has_codes": bool(codes),
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else 0,
        "has_password": request.user.has_usable_password(),
        "nav": "settings",
    }
    return render(request, "accounts/security.html", context)


@login_required
def addresses(request: SignedIn) -> HttpResponseBase:
    """allauth's page of addresses; whoever changes one has just shown who they are."""
    page: View = allauth.email
    if request.method in SAFE:
        return page(request)
    answer = freshly(page)(request)
    operations.settle_affiliations(request.user, via="web")  # one may be gone that said where they work
    return answer


class AddPasskey(AddWebAuthnView):
    """allauth's view, but that a passkey alone needs no recovery codes: a code by mail goes on working."""

    def get_success_url(self) -> str:
        return reverse("security")


# allauth asks who it is only of those who have a password or a second step; a code by mail says so, too.
passkey_new = login_required(freshly(AddPasskey.as_view()))
app_new = login_required(freshly(activate_totp))
password_new = login_required(freshly(allauth.password_set))


@login_required
@require_POST
@freshly
def password_remove(request: SignedIn) -> HttpResponse:
    operations.remove_password(request.user)
    messages.success(request, _("You have no password any more. Codes by mail go on working."))
    return redirect("security")


@login_required
@require_safe
def sessions(request: SignedIn) -> HttpResponse:
    key = request.session.session_key
    devices = list(UserSession.objects.filter(user_id=request.user.pk).order_by("-last_seen_at", "-pk"))
    devices.sort(key=lambda one: one.session_key != key)  # this one first
    context = {"devices": devices, "key": key, "nav": "settings"}
    return render(request, "accounts/sessions.html", context)


@login_required
@require_POST
def session_remove(request: SignedIn, session_id: int) -> HttpResponse:
    session = get_object_or_404(UserSession.objects.filter(user_id=request.user.pk), pk=session_id)
    operations.end_session(session, by=request.user)
    messages.success(request, _("That device is signed out."))
    return redirect("sessions")


@login_required
@require_POST
def sessions_remove(request: SignedIn) -> HttpResponse:
    count = operations.end_other_sessions(request.user, but=request.session.session_key or "")
    words = ngettext("%(n)d other device is signed out.", "%(n)d other devices are signed out.", count)
    messages.success(request, words % {"n": count} if count else _("No other device was signed in."))
    return redirect("sessions")
