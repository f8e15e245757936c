"""The page by which people of an old place join, and the links of letters about that."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from folkmoot.accounts.http import reader
from folkmoot.accounts.models import Person
from folkmoot.doors.mail import confirmations, tokens
from folkmoot.doors.mail.asking import may_ask
from folkmoot.doors.mail.invitations.copies import facts
from folkmoot.doors.mail.invitations.forms import NewcomerForm
from folkmoot.doors.mail.models import Confirmation
from folkmoot.doors.mail.over.letters import turn_counts, wants_none
from folkmoot.groups.joining_forms import FieldsForm
from folkmoot.groups.models import Group, Move
from folkmoot.groups.moves import is_page_open
from folkmoot.groups.operations import count_opening
from folkmoot.groups.rules import is_member
from folkmoot.kit.mime import Mailbox
from folkmoot.meetings.queries import next_of

A_NETWORK = "100/h/key"  # a whole room reads the poster at once, and all of it has one address
OPENINGS = "100/h/key"  # of one network count: who loads it again and again makes no crowd
TOO_MANY = _("Many people joined from your network. Come back in an hour, or make an account.")
MOST_MEETINGS = 3


@require_http_methods(["GET", "HEAD", "POST"])
def over(request: HttpRequest, token: str) -> HttpResponse:
    """A name and an address are enough; who is signed in joins as themselves."""
    found = Move.objects.filter(group__merged_into=None).select_related("group", "link__made_by")
    move = get_object_or_404(found, link__token=token.lower())
    person = reader(request)
    if person is not None and is_member(person, move.group):
        return redirect(move.group)
    with timezone.override(move.group.time_zone):
        if move.ended_at or move.group.closed_at or not is_page_open(move):
            known = Group.objects.visible_to(person).filter(pk=move.group_id).exists()
            return render(request, "mail/over_ended.html", {"move": move, "is_known": known}, status=410)
        if request.method == "GET" and may_ask(request, "over-opened", OPENINGS):
            count_opening(move)
        return _page(request, move, person)


def _page(request: HttpRequest, move: Move, person: Person | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form, fields = NewcomerForm(sent), FieldsForm(sent, group=move.group)
    is_whole = form.is_valid() and fields.is_valid()
    if is_whole and not may_ask(request, "over", A_NETWORK):
        form.add_error(None, TOO_MANY)
        is_whole = False
    if is_whole and move.link is not None:
        sender = Mailbox(form.cleaned_data["name"], form.cleaned_data["address"].lower())
        confirmations.ask_to_come_over(move.link, sender, fields.values())
    context: dict[str, Any] = {
        "move": move,
        "group": move.group,
        "person": person,
        "form": form,
        "fields": fields,
        "is_asked": is_whole,
        "member_count": move.group.memberships.current().count(),
        "meetings": _next(move.group, None),
    }
    status = 422 if form.errors or fields.errors else 200
    return render(request, "mail/over.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_over(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the letter that asks whether they meant it; then the next meetings, to be answered at once."""
    asked = Confirmation.objects.filter(token=token, kind=Confirmation.Kind.OVER).select_related("group")
    found = asked.first()
    if found is None:
        return render(request, "mail/leave_unknown.html", status=404)
    if request.method == "POST":
        confirmations.confirm(token)
        found.refresh_from_db()
    person = Person.objects.at(found.address) if found.used_at else None
    context = {"group": found.group, "address": found.address, "is_done": found.used_at is not None}
    context["meetings"] = _next(found.group, person) if person else []
    with timezone.override(found.group.time_zone):
        return render(request, "mail/over_confirm.html", context)


@csrf_exempt  # RFC 8058: a mail provider posts here. The signed token in the address is the proof; no cookie is read.
@require_http_methods(["GET", "HEAD", "POST"])
def mail_counts(request: HttpRequest, token: str) -> HttpResponse:
    """No more weekly letters on how far a group has come over, or again."""
    member = tokens.counted_for(token)
    if member is None:
        return render(request, "mail/leave_unknown.html", status=404)
    if request.method == "POST":
        turn_counts(member, is_wanted="again" in request.POST)
    context = {"group": member.group, "person": member.person, "is_off": wants_none(member)}
    return render(request, "mail/counts.html", context)


def _next(group: Group, person: Person | None) -> list[dict[str, Any]]:
    """The next meetings, each with the address at which this person says whether they come."""
    return [
        {
            "meeting": one,
            "facts": facts(one, comes=False),
            "token": tokens.rsvp_token(one.pk, person.pk) if person and one.takes_answers else "",
        }
        for one in next_of(group, person, MOST_MEETINGS)
    ]
