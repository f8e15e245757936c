"""When who is reminded of a meeting."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.http import managed
from folkmoot.groups.models import Group
from folkmoot.meetings.models import Meeting, Reminder
from folkmoot.meetings.operations import Wanted, set_reminders
from folkmoot.meetings.reminder_forms import ReminderForm
from folkmoot.meetings.views.loading import about
from folkmoot.web.forms import tried


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@managed("meetings.organise")
def meeting_reminders(request: SignedIn, group: Group, meeting_id: int) -> HttpResponse:
    shown_to = Meeting.objects.visible_to(request.user).filter(group=group).select_related("group")
    meeting = get_object_or_404(shown_to, pk=meeting_id)
    there = list(meeting.reminders.order_by("-hours", "to"))
    is_removing = "remove" in request.POST
    form = ReminderForm(request.POST if request.method == "POST" and not is_removing else None)
    if is_removing:
        _set(meeting, request, [one for one in there if str(one.pk) != request.POST["remove"]])
        messages.success(request, _("Removed."))
        return redirect("meeting_reminders", group.slug, meeting.pk)
    if form.is_valid() and tried(form, None, lambda: _set(meeting, request, there, form.wanted)):
        messages.success(request, _("Saved."))
        return redirect("meeting_reminders", group.slug, meeting.pk)
    shown = [(one, _before(one.hours)) for one in there]
    context = about(request, meeting, reminders=shown, form=form)
    return render(request, "meetings/reminders.html", context, status=422 if form.errors else 200)


def _before(hours: int) -> str:
    if hours % 24:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", hours // 24) % {"n": hours // 24}


def _set(meeting: Meeting, request: SignedIn, there: list[Reminder], *more: Wanted) -> None:
    wanted = [Wanted(one.hours, one.to, one.words) for one in there]
    set_reminders(meeting, [*wanted, *more], by=request.user, via="web")
