"""What members would like to tell, and to hear."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.accounts.models import Person
from folkmoot.groups.http import OF_PAGE, around, managed
from folkmoot.groups.models import Group
from folkmoot.kit import markdown
from folkmoot.kit.text import key_of
from folkmoot.meetings.models import AgendaItem, Interest, Meeting, Proposal
from folkmoot.meetings.operations.agenda import schedule, take_off
from folkmoot.meetings.operations.proposing import (
    change_proposal,
    propose,
    put_proposal_back,
    want,
    want_no_more,
    withdraw_proposal,
)
from folkmoot.meetings.programme import given_talks, open_talks
from folkmoot.meetings.programme_forms import TalkForm
from folkmoot.meetings.rules import can_change_proposal, can_organise, can_propose, can_want
from folkmoot.web.forms import tried

A_PAGE = 100


@require_safe
@managed("meetings.read")
def talks(request: HttpRequest, group: Group) -> HttpResponse:
    person = reader(request)
    wanted = Interest.objects.filter(person=person, proposal__group=group) if person else Interest.objects.none()
    context = around(request, group, "meetings") | {
        "talks": open_talks(group, person)[:A_PAGE],
        "given": given_talks(group, person)[:A_PAGE],
        "mine": set(wanted.values_list("proposal", flat=True)),
        "can_propose": can_propose(person, group),
        "can_want": can_want(person, group),
    }
    return render(request, "meetings/talks.html", context)


@login_required
@managed("meetings.read")
def talk_new(request: SignedIn, group: Group) -> HttpResponse:
    form = TalkForm(request.POST or None, group=group, person=request.user)
    if request.method == "POST" and form.is_valid():
        made = tried(form, None, lambda: propose(group, by=request.user, via="web", **form.cleaned_data))
        if made is not None:
            return redirect("talk", made.pk)
    context = around(request, group, "meetings") | {"form": form, "can_propose": can_propose(request.user, group)}
    status = 422 if form.errors else 200 if context["can_propose"] else 403
    return render(request, "meetings/talk_new.html", context, status=status)


def talk(request: HttpRequest, talk_id: int) -> HttpResponse:
    """One talk; a POST changes it."""
    if request.method == "POST":
        return _change(request, talk_id=talk_id)
    return _page(request, _talk(request, talk_id), None)


@login_required
def _change(request: Any, talk_id: int) -> HttpResponse:
    found = _talk(request, talk_id)
    form = TalkForm(request.POST, group=found.group, person=_first_speaker(found, request))
    if form.is_valid():
        said = form.cleaned_data
        if tried(form, None, lambda: change_proposal(found, by=request.user, via="web", **said)) is not None:
            messages.success(request, _("Saved."))
            return redirect("talk", found.pk)
    if not can_change_proposal(request.user, found):
        raise Http404
    return _page(request, found, form)


@login_required
@require_POST
def talk_withdraw(request: SignedIn, talk_id: int) -> HttpResponse:
    found = _talk(request, talk_id)
    withdraw_proposal(found, by=request.user, via="web")
    undo = f"undo:/talks/{found.pk}/withdraw/remove"
    messages.success(request, _("“%(title)s” is taken back.") % {"title": found.title}, extra_tags=undo)
    return redirect("talks", found.group.slug)


@login_required
@require_POST
def talk_withdraw_remove(request: SignedIn, talk_id: int) -> HttpResponse:
    found = _talk(request, talk_id)
    put_proposal_back(found, by=request.user, via="web")
    return redirect("talk", found.pk)


@login_required
@require_POST
def talk_interest(request: SignedIn, talk_id: int) -> HttpResponse:
    found = _talk(request, talk_id)
    want(found, person=request.user, via="web")
    return _back(request, found)


@login_required
@require_POST
def talk_interest_remove(request: SignedIn, talk_id: int) -> HttpResponse:
    found = _talk(request, talk_id)
    want_no_more(found, person=request.user, via="web")
    return _back(request, found)


@login_required
@require_POST
def talk_meeting(request: SignedIn, talk_id: int) -> HttpResponse:
    """Put it on the agenda of a meeting of the group."""
    found = _talk(request, talk_id)
    theirs = Meeting.objects.visible_to(request.user).filter(group=found.group)
    meeting = get_object_or_404(theirs, pk=key_of(request.POST.get("meeting", "")))
    schedule(found, meeting=meeting, by=request.user, via="web")
    return redirect("agenda", meeting.pk)


@login_required
@require_POST
def talk_meeting_remove(request: SignedIn, talk_id: int) -> HttpResponse:
    found = _talk(request, talk_id)
    take_off(found, by=request.user, via="web")
    return redirect("talk", found.pk)


def _talk(request: HttpRequest, talk_id: int) -> Proposal:
    shown = Proposal.objects.visible_to(reader(request)).select_related("group", "by", "speaker")
    return get_object_or_404(shown, pk=talk_id)


def _back(request: HttpRequest, found: Proposal) -> HttpResponse:
    return redirect("talks", found.group.slug) if "list" in request.POST else redirect("talk", found.pk)


def _first_speaker(found: Proposal, request: SignedIn) -> Any:
    """Whoever “I do” means in the form: whoever proposed it."""
    return found.by or request.user


def _page(request: HttpRequest, found: Proposal, failed: TalkForm | None) -> HttpResponse:
    request.META[OF_PAGE] = found.group
    person = reader(request)
    with timezone.override(found.group.time_zone):
        context = around(request, found.group, "meetings") | {
            "talk": found,
            "abstract": markdown.to_html(found.abstract),
            "item": _item(found, person),
            "wanted": found.interests.count(),
            "wants": found.interests.filter(person=person).exists() if person else False,
            "can_want": can_want(person, found.group),
            "organises": can_organise(person, found.group),
            "form": failed or _form(request, found),
            "meetings": Meeting.objects.filter(group=found.group, cancelled_at=None).to_come().in_order()[:50],
        }
        return render(request, "meetings/talk.html", context, status=422 if failed is not None else 200)


def _item(found: Proposal, person: Person | None) -> AgendaItem | None:
    """Where it stands on an agenda, for those who see that meeting."""
    return AgendaItem.objects.visible_to(person).filter(proposal=found).select_related("meeting", "slides").first()


def _form(request: HttpRequest, found: Proposal) -> TalkForm | None:
    person = reader(request)
    if person is None or not can_change_proposal(person, found):
        return None
    who = "me" if found.speaker_id and found.speaker_id == found.by_id else "member" if found.speaker else "guest"
    now = {name: getattr(found, name) for name in ("title", "abstract", "minutes", "speaker_name", "speaker_address")}
    now |= {"who": who, "handle": f"@{found.speaker.handle}" if found.speaker and who == "member" else ""}
    return TalkForm(initial=now, group=found.group, person=person)
