from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.conversations.rules import can_moderate
from folkmoot.doors.mail import duty_letters, kept, speakers, tokens
from folkmoot.doors.mail.invitations.copies import facts
from folkmoot.doors.mail.models import DeferredCopy, HeldLetter, OutgoingLetter
from folkmoot.doors.mail.operations import accept, discard, mute, unsubscribe
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group
from folkmoot.groups.views.duties import answered
from folkmoot.kit import mime
from folkmoot.meetings.answers_to_dates import zone_of
from folkmoot.meetings.operations import answer_dates
from folkmoot.meetings.views.dates import answer_form
from folkmoot.web.forms import tried

A_PAGE = 50
MOST_TALKS = 10
EXCERPT = 700  # characters


@login_required
@require_safe
@managed("letters.moderate")
def held(request: SignedIn, group: Group) -> HttpResponse:
    waiting = group.held_letters.filter(decided_at=None).select_related("incoming__letter").order_by("held_at", "pk")
    page = Paginator(waiting, A_PAGE).get_page(request.GET.get("page"))
    context = around(request, group, "manage") | {
        "station": "held",
        "page": page,
        "held_count": page.paginator.count,
        "letters": [(one, _excerpt(one)) for one in page],
    }
    return render(request, "mail/held.html", context)


@login_required
@require_POST
def held_accept(request: SignedIn, held_id: int) -> HttpResponse:
    letter = _held(request, held_id)
    accept(letter, by=request.user, add="add" in request.POST)
    messages.success(request, _("“%(title)s” is posted.") % {"title": letter.title})
    return redirect("held", slug=letter.group.slug)


@login_required
@require_POST
def held_discard(request: SignedIn, held_id: int) -> HttpResponse:
    letter = _held(request, held_id)
    discard(letter, by=request.user)
    messages.success(request, _("“%(title)s” is thrown away. Its sender hears nothing.") % {"title": letter.title})
    return redirect("held", slug=letter.group.slug)


@login_required
@require_safe
def outgoing(request: SignedIn) -> HttpResponse:
    _administrators_only(request)
    page: Page[kept.KeptLetter] = Paginator(kept.letters(), A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "nav": "outgoing",
        "has_server": bool(settings.SMTP_URL),
        "page": page,
        "letters": [(one, *kept.subject_and_recipient(one)) for one in page],
        "waiting": OutgoingLetter.objects.filter(sent_at=None).order_by("-made_at")[:A_PAGE],
        "deferred": DeferredCopy.objects.filter(sent_at=None)
        .select_related("mailing__post__topic", "membership__person", "membership__address")
        .order_by("-due_at")[:A_PAGE],
    }
    return render(request, "mail/outgoing.html", context)


@login_required
@require_safe
def outgoing_letter(request: SignedIn, key: str) -> HttpResponse:
    letter = _kept(request, key)
    message = letter.read()
    context = {
        "nav": "outgoing",
        "letter": letter,
        "subject": message["Subject"] or "",
        "headers": kept.shown_headers(message),
        "text": kept.text_of(message, "plain"),
        "has_html": bool(kept.text_of(message, "html")),
    }
    return render(request, "mail/outgoing_letter.html", context)


@login_required
@require_safe
def outgoing_html(request: SignedIn, key: str) -> HttpResponse:
    """The letter's HTML as a mail program would show it, shut into a page that may do nothing."""
    html = kept.text_of(_kept(request, key).read(), "html")
    response = HttpResponse(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    return response


@csrf_exempt  # RFC 8058: a mail provider posts here. The signed token in the address is the proof; no cookie is read.
@require_http_methods(["GET", "HEAD", "POST"])
def mail_leave(request: HttpRequest, token: str) -> HttpResponse:
    membership = tokens.leaver(token)
    if membership is None:
        return render(request, "mail/leave_unknown.html", status=404)
    if request.method == "POST":
        unsubscribe(token)
        return render(request, "mail/left.html", {"group": membership.group})
    return render(request, "mail/leave.html", {"group": membership.group, "membership": membership})


@require_http_methods(["GET", "HEAD", "POST"])
def mail_mute(request: HttpRequest, token: str) -> HttpResponse:
    """From the last line of a letter: no more of this conversation. Looking at it changes nothing."""
    found = tokens.muter(token)
    if found is None:
        return render(request, "mail/leave_unknown.html", status=404)
    if request.method == "POST":
        mute(token)
    member, topic = found
    context = {"topic": topic, "group": member.group, "person": member.person, "token": token}
    return render(request, "mail/mute.html", context | {"is_muted": request.method == "POST"})


@require_POST
def mail_mute_remove(request: HttpRequest, token: str) -> HttpResponse:
    topic = mute(token, is_wanted=True)
    messages.success(request, _("You get “%(title)s” by mail again.") % {"title": topic.title})
    return redirect("mail_mute", token)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_duty(request: HttpRequest, token: str) -> HttpResponse:
    """From the letter to a successor: yes or no, without signing in. Looking at it changes nothing."""
    duty = tokens.asked_for_duty(token)
    if duty is None:
        return render(request, "mail/leave_unknown.html", status=404)
    if request.method == "POST":
        return answered(request, duty, via="mail")
    return render(request, "groups/duty_answer.html", {"duty": duty, "group": duty.group})


@require_http_methods(["GET", "HEAD", "POST"])
def mail_speaking(request: HttpRequest, token: str) -> HttpResponse:
    """From the letter to a speaker without an account: whether we write to them. Looking at it changes nothing."""
    speaking = tokens.spoken_to(token)
    if speaking is None:
        return render(request, "mail/leave_unknown.html", status=404)
    if request.method == "POST":
        speakers.decide(speaking, wants=request.POST.get("wants") == "yes")
        return redirect("mail_speaking", token)
    talks = [(item, facts(item.meeting, comes=False)) for item in speakers.talks_of(speaking)[:MOST_TALKS]]
    return render(request, "mail/speaking.html", {"group": speaking.group, "speaking": speaking, "talks": talks})


@require_http_methods(["GET", "HEAD", "POST"])
def mail_todo(request: HttpRequest, token: str) -> HttpResponse:
    """From the daily letter: one thing that waits, and what can be done with it as the one it was sent to."""
    named = duty_letters.named_by(token)
    if named is None:
        return render(request, "mail/leave_unknown.html", status=404)
    member, found = named
    act = next((one for one in found.kind.acts if one.key == request.POST.get("act")), None) if found else None
    if request.method == "POST" and found is not None and act is not None:
        act.do(found.row, member.person, "mail")
    context = {"group": member.group, "person": member.person, "found": found, "is_done": act is not None}
    return render(request, "mail/todo.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_dates(request: HttpRequest, token: str) -> HttpResponse:
    """From the question when to meet: answer without signing in. Looking at it changes nothing."""
    named = tokens.asked_for_dates(token)
    if named is None:
        return render(request, "mail/leave_unknown.html", status=404)
    member, poll, _is_as_asked = named
    form = answer_form(poll, member.person, request.POST or None)
    is_kept = False
    if request.method == "POST" and form.is_valid():
        answers, via = form.answers(), "mail"
        is_kept = bool(tried(form, None, lambda: answer_dates(poll, answers, person=member.person, via=via)))
    zone = zone_of(member.person, poll).replace("_", " ")
    context = {"poll": poll, "group": member.group, "person": member.person, "form": form, "is_kept": is_kept}
    return render(request, "mail/dates.html", context | {"zone": zone}, status=422 if form.errors else 200)


def _held(request: SignedIn, held_id: int) -> HeldLetter:
    visible = HeldLetter.objects.filter(group__in=Group.objects.visible_to(request.user))
    found = get_object_or_404(visible.select_related("group", "incoming__letter"), pk=held_id)
    if not can_moderate(request.user, found.group):
        raise Http404
    return found


def _excerpt(held: HeldLetter) -> str:
    try:
        return mime.read(bytes(held.incoming.letter.raw)).body.strip()[:EXCERPT]
    except mime.Unreadable:
        return ""


def _kept(request: SignedIn, key: str) -> kept.KeptLetter:
    _administrators_only(request)
    found = kept.letter(key)
    if found is None:
        raise Http404
    return found


def _administrators_only(request: SignedIn) -> None:
    if not request.user.is_administrator:
        raise Http404
