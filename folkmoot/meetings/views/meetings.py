from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import reader
from folkmoot.groups.http import of_group
from folkmoot.groups.models import Group
from folkmoot.meetings.models import Meeting


@require_safe
@of_group
def meeting(request: HttpRequest, group: Group, meeting_id: int) -> HttpResponse:
    shown = Meeting.objects.visible_to(reader(request)).filter(group=group).select_related("venue", "host", "topic")
    found = get_object_or_404(shown, pk=meeting_id)
    return render(request, "meetings/meeting.html", {"group": group, "meeting": found})
