"""Pages behind the links of letters about meetings. Looking at one changes nothing: programs look at links too."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from folkmoot.doors.mail import confirmations, tokens
from folkmoot.doors.mail.asking import may_ask
from folkmoot.doors.mail.invitations.copies import facts
from folkmoot.doors.mail.invitations.forms import NewcomerForm
from folkmoot.doors.mail.invitations.queue import turn_invitations, wants_none
from folkmoot.doors.mail.models import Confirmation
from folkmoot.kit.mime import Mailbox
from folkmoot.meetings import queries
from folkmoot.meetings.forms import AnswerForm
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.operations import answer
from folkmoot.meetings.options import answer_options
from folkmoot.meetings.rules import can_see, is_open_to_newcomers
from folkmoot.web.forms import tried

A_NETWORK = "20/h/key"  # a class room signs up at once; a program does not go on
TOO_MANY = _("Many answers came from your network. Come back in an hour, or sign in to answer.")


@require_http_methods(["GET", "HEAD", "POST"])
def rsvp(request: HttpRequest, token: str) -> HttpResponse:
    """Yes, maybe or no, without signing in."""
    named = tokens.invited(token)
    if named is None or not can_see(named[1], named[0]):
        return render(request, "mail/leave_unknown.html", status=404)
    meeting, person = named
    mine = Rsvp.objects.filter(meeting=meeting, person=person).first()
    form = AnswerForm(meeting, request.POST or None, mine=mine)
    if form.is_valid() and tried(form, None, lambda: answer(meeting, person=person, via="link", **form.said)):
        return redirect("rsvp", token)
    figures = queries.figures([meeting]).get(meeting.pk, queries.Figures())
    context = {
        "meeting": meeting, "group": meeting.group, "person": person, "form": form, "mine": mine,
        "options": answer_options(meeting, figures, mine), "facts": facts(meeting, comes=False),
        "asked": request.GET.get("answer", ""),
    }  # fmt: skip
    return render(request, "mail/rsvp.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_invitations(request: HttpRequest, token: str) -> HttpResponse:
    """No more invitations of a group, or again."""
    member = tokens.invitee(token)
    if member is None:
        return render(request, "mail/leave_unknown.html", status=404)
    if request.method == "POST":
        turn_invitations(member, is_wanted="again" in request.POST, via="mail")
        return redirect("mail_invitations", token)
    context = {"group": member.group, "person": member.person, "is_off": wants_none(member)}
    return render(request, "mail/invitations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_by_mail(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Where a group lets newcomers come: a name and an address, which gets a letter to confirm."""
    visible = Meeting.objects.visible_to(None).select_related("group", "venue")
    meeting = get_object_or_404(visible, pk=meeting_id)
    if not is_open_to_newcomers(meeting):
        raise Http404
    form = NewcomerForm(request.POST or None)
    if form.is_valid() and not may_ask(request, "come", A_NETWORK):
        form.add_error(None, TOO_MANY)
    is_asked = form.is_valid()
    if is_asked:
        sender = Mailbox(form.cleaned_data["name"], form.cleaned_data["address"].lower())
        confirmations.ask_to_come(meeting, sender)
    context = {"meeting": meeting, "group": meeting.group, "form": form, "is_asked": is_asked}
    context |= {"facts": facts(meeting, comes=False)}
    return render(request, "mail/answer_by_mail.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_come(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the letter that asks a newcomer whether they meant it."""
    asked = Confirmation.objects.filter(token=token, kind=Confirmation.Kind.ANSWER).select_related("meeting__group")
    found = asked.first()
    if found is None or found.meeting is None:
        return render(request, "mail/leave_unknown.html", status=404)
    if request.method == "POST":
        confirmations.confirm(token)
        found.refresh_from_db()
    context = {"meeting": found.meeting, "group": found.group, "is_done": found.used_at is not None}
    context |= {"facts": facts(found.meeting, comes=False)}
    return render(request, "mail/come.html", context)
