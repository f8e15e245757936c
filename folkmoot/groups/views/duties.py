from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.groups import todo
from folkmoot.groups.forms import DutyForm, HolderForm, NotesForm, SuccessorForm, TurnsForm
from folkmoot.groups.http import OF_PAGE, around, managed
from folkmoot.groups.models import Group, Membership, Responsibility
from folkmoot.groups.operations import duties as operations
from folkmoot.groups.operations.duties.handing_over import open_work
from folkmoot.groups.queries import next_in_turn
from folkmoot.groups.rules import can_run_duties, can_tend_duty
from folkmoot.kit.errors import Refused
from folkmoot.web.forms import tried


@login_required
@managed("duties.manage")
def manage_duties(request: SignedIn, group: Group) -> HttpResponse:
    form = DutyForm(request.POST or None, group=group)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = tried(form, "slug", lambda: operations.make_duty(group, by=request.user, via="web", **said))
        if made is not None:
            return redirect("duty", made.pk)
    context = around(request, group, "manage") | {
        "station": "duties",
        "form": form,
        "duties": group.responsibilities.current().with_people().order_by("name", "pk"),
    }
    return render(request, "groups/manage_duties.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def duty(request: SignedIn, duty_id: int) -> HttpResponse:
    return _page(request, _duty(request, duty_id))


@login_required
@require_POST
def duty_change(request: SignedIn, duty_id: int) -> HttpResponse:
    return _act(request, duty_id, DutyForm, operations.change_duty, _("Saved."))


@login_required
@require_POST
def duty_give(request: SignedIn, duty_id: int) -> HttpResponse:
    return _act(request, duty_id, HolderForm, operations.give_duty, _("Saved."))


@login_required
@require_POST
def duty_hand_over(request: SignedIn, duty_id: int) -> HttpResponse:
    return _act(request, duty_id, SuccessorForm, _ask_or_hand_over(request), _("Saved."))


@login_required
@require_POST
def duty_notes(request: SignedIn, duty_id: int) -> HttpResponse:
    return _act(request, duty_id, NotesForm, operations.write_notes, _("Saved."))


@login_required
@require_POST
def duty_turns(request: SignedIn, duty_id: int) -> HttpResponse:
    found = _duty(request, duty_id)
    handles = [line.strip().removeprefix("@").lower() for line in request.POST.get("handles", "")[:5000].splitlines()]
    here = Membership.objects.current().filter(group=found.group, person__handle__in=handles, person__is_active=True)
    by_handle = {one.person.handle.lower(): one for one in here.select_related("person")}
    unknown = [handle for handle in handles if handle and handle not in by_handle]
    if unknown:
        raise Refused(_("No member of this group is called %(handles)s.") % {"handles": ", ".join(unknown[:10])})
    members = [by_handle[handle] for handle in handles if handle]
    operations.set_turns(found, members=members, by=request.user, via="web")
    messages.success(request, _("Saved."))
    return redirect("duty", found.pk)


@login_required
@require_POST
def duty_end(request: SignedIn, duty_id: int) -> HttpResponse:
    found = _duty(request, duty_id)
    operations.end_duty(found, by=request.user, via="web")
    messages.success(
        request, _("“%(name)s” is over.") % {"name": found.name}, extra_tags=f"undo:/duties/{found.pk}/end/remove"
    )
    return redirect("manage_duties", slug=found.group.slug)


@login_required
@require_POST
def duty_end_remove(request: SignedIn, duty_id: int) -> HttpResponse:
    found = _duty(request, duty_id)
    operations.resume_duty(found, by=request.user, via="web")
    return redirect("duty", found.pk)


@login_required
def duty_answer(request: SignedIn, duty_id: int) -> HttpResponse:
    """The successor's yes or no. Nobody else learns that somebody is asked."""
    asked = Responsibility.objects.current().with_people().filter(successor__person=request.user)
    found = get_object_or_404(asked, pk=duty_id)
    if request.method == "POST":
        return answered(request, found, via="web")
    return render(request, "groups/duty_answer.html", {"duty": found, "group": found.group})


def answered(request: Any, found: Responsibility, *, via: str) -> HttpResponse:
    """Do what a successor says to the question, by whichever door; show what came along."""
    if found.successor is None:
        raise Http404
    context: dict[str, Any] = {"duty": found, "group": found.group, "is_answered": True}
    if "decline" in request.POST:
        operations.decline_duty(found, person=found.successor.person, via=via)
    else:
        work = operations.accept_duty(found, person=found.successor.person, via=via)
        context |= {"is_theirs": True, "work": _in_words(work)}
    return render(request, "groups/duty_answer.html", context)


def _ask_or_hand_over(request: SignedIn) -> Any:
    return operations.hand_over if "now" in request.POST else _ask


def _ask(found: Responsibility, *, to: Membership, by: Any, via: str) -> None:
    operations.ask_successor(found, successor=to, by=by, via=via)


def _act(request: SignedIn, duty_id: int, form_class: Any, operation: Any, done: str) -> HttpResponse:
    """Read a form of the duty's page and call its operation; the page comes back with what is to be mended."""
    found = _duty(request, duty_id)
    more = {} if form_class is NotesForm else {"group": found.group}
    form = form_class(request.POST, **more)
    if form.is_valid():
        said = form.cleaned_data
        if tried(form, None, lambda: operation(found, by=request.user, via="web", **said)) is not None:
            messages.success(request, done)
            return redirect("duty", found.pk)
    return _page(request, found, form)


def _duty(request: SignedIn, duty_id: int) -> Responsibility:
    visible = Responsibility.objects.with_people().filter(group__in=Group.objects.visible_to(request.user))
    found = get_object_or_404(visible, pk=duty_id)
    if not can_tend_duty(request.user, found):
        raise Http404
    return found


def _page(request: SignedIn, found: Responsibility, failed: Any = None) -> HttpResponse:
    request.META[OF_PAGE] = found.group
    with timezone.override(found.group.time_zone):
        context = around(request, found.group, "manage") | _forms(found, failed) | _facts(request, found)
        return render(request, "groups/duty.html", context, status=422 if failed is not None else 200)


def _forms(found: Responsibility, failed: Any) -> dict[str, Any]:
    """All forms of the page as things are now; the one that failed as it was sent."""
    group = found.group
    now = {key: getattr(found, key) for key in ("name", "purpose", "slug", "role")}
    forms: list[tuple[str, Any]] = [
        ("form", DutyForm(initial=now, group=group)),
        ("holder_form", HolderForm(initial=_holders(found), group=group, auto_id="holder_%s")),
        ("successor_form", SuccessorForm(group=group, auto_id="successor_%s")),
        ("notes_form", NotesForm(initial={"notes": found.notes})),
        ("turns_form", TurnsForm(initial={"handles": "\n".join(_turns(found))})),
    ]
    return {name: failed if type(failed) is type(one) else one for name, one in forms} | {"failed": failed}


def _facts(request: SignedIn, found: Responsibility) -> dict[str, Any]:
    return {
        "station": "duties",
        "duty": found,
        "runs": can_run_duties(request.user, found.group),
        "address": f"{found.group.slug}+{found.slug}@{settings.HOST}" if found.slug else "",
        "tenures": found.tenures.select_related("membership__person").order_by("-began_on", "-pk"),
        "next": next_in_turn(found),
        "work": _in_words(open_work(found, found.holder)),
    }


def _in_words(work: dict[str, int]) -> list[tuple[Any, int]]:
    return [(kind.words, work[kind.key]) for kind in todo.kinds() if work.get(kind.key)]


def _holders(found: Responsibility) -> dict[str, Any]:
    handles = {"to": found.holder, "deputy": found.deputy}
    return {key: f"@{one.person.handle}" for key, one in handles.items() if one} | {"ends_on": found.ends_on}


def _turns(found: Responsibility) -> list[str]:
    turns = found.turns.select_related("membership__person").order_by("position")
    return [f"@{one.membership.person.handle}" for one in turns]
