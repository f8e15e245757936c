from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.conversations import operations
from folkmoot.conversations.forms import ScheduledForm
from folkmoot.conversations.http import zone_of
from folkmoot.conversations.models import ScheduledPost
from folkmoot.web.forms import tried


@login_required
@require_safe
def scheduled(request: SignedIn) -> HttpResponse:
    waiting = ScheduledPost.objects.waiting_of(request.user).select_related("topic", "channel__group")
    context = {"waiting": list(waiting.order_by("due_at", "pk")), "nav": "scheduled"}
    return render(request, "conversations/scheduled.html", context)


@login_required
def scheduled_post(request: SignedIn, scheduled_id: int) -> HttpResponse:
    kept = _mine(request, scheduled_id)
    with timezone.override(zone_of(request.user, kept.channel.group)):
        initial = {"title": kept.subject, "body": kept.body, "due_at": kept.due_at}
        form = ScheduledForm(request.POST or None, initial=initial)
        form.fields["title"].disabled = kept.topic is not None
        zone = timezone.get_current_timezone_name()
        form.fields["due_at"].help_text = _("By the clock of %(zone)s.") % {"zone": zone}
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            if tried(form, None, lambda: operations.reschedule(kept, by=request.user, via="web", **said)):
                messages.success(request, _("Saved."))
                return redirect("scheduled")
        context = {"form": form, "kept": kept, "nav": "scheduled"}
        return render(request, "conversations/scheduled_post.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def scheduled_now(request: SignedIn, scheduled_id: int) -> HttpResponse:
    post = operations.say_now(_mine(request, scheduled_id), by=request.user)
    messages.success(request, _("It is sent."))
    return redirect(post)


@login_required
@require_POST
def scheduled_remove(request: SignedIn, scheduled_id: int) -> HttpResponse:
    kept = _mine(request, scheduled_id)
    operations.withdraw(kept, by=request.user, via="web")
    messages.success(request, _("It will not be sent."), extra_tags=f"undo:/scheduled/{kept.pk}/remove/remove")
    return redirect("scheduled")


@login_required
@require_POST
def scheduled_restore(request: SignedIn, scheduled_id: int) -> HttpResponse:
    kept = _mine(request, scheduled_id)
    operations.restore(kept, by=request.user, via="web")
    messages.success(request, _("It is sent when it is due."), extra_tags=f"undo:/scheduled/{kept.pk}/remove")
    return redirect("scheduled")


def _mine(request: SignedIn, scheduled_id: int) -> ScheduledPost:
    mine = ScheduledPost.objects.filter(author=request.user, post=None)
    return get_object_or_404(mine.select_related("channel__group", "topic"), pk=scheduled_id)
