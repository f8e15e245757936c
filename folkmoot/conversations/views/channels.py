from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.conversations import operations
from folkmoot.conversations.forms import ChannelForm, NewChannelForm
from folkmoot.conversations.models import Channel
from folkmoot.conversations.operations import main_channel
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group
from folkmoot.web.forms import tried

CHANGED = ("name", "purpose", "allows_anonymous", "allows_scheduled")


@login_required
@managed("group.manage")
def manage_channels(request: SignedIn, group: Group) -> HttpResponse:
    form = NewChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = tried(form, "slug", lambda: operations.make_channel(group, by=request.user, via="web", **said))
        if made is not None:
            messages.success(request, _("%(channel)s is there.") % {"channel": made.label})
            return redirect("manage_channels", slug=group.slug)
    main_channel(group)
    context = around(request, group, "manage") | {"station": "channels", "form": form, "host": settings.HOST}
    context["channels"] = list(group.channels.select_related("group").in_order())
    return render(request, "conversations/manage_channels.html", context, status=422 if form.errors else 200)


@login_required
@managed("group.manage")
def manage_channel(request: SignedIn, group: Group, channel_id: int) -> HttpResponse:
    channel = get_object_or_404(group.channels.all(), pk=channel_id)
    form = ChannelForm(request.POST or None, initial={name: getattr(channel, name) for name in CHANGED})
    if request.method == "POST" and form.is_valid():
        operations.change_channel(channel, by=request.user, via="web", **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("manage_channels", slug=group.slug)
    context = around(request, group, "manage")
    context |= {"station": "channels", "form": form, "channel": channel, "host": settings.HOST}
    return render(request, "conversations/manage_channel.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def channel_close(request: SignedIn, channel_id: int) -> HttpResponse:
    channel = _managed(request, channel_id)
    operations.close_channel(channel, by=request.user, via="web")
    words = _("%(channel)s is closed. It can still be read.") % {"channel": channel.label}
    messages.success(request, words, extra_tags=f"undo:/channels/{channel.pk}/close/remove")
    return redirect("manage_channels", slug=channel.group.slug)


@login_required
@require_POST
def channel_close_remove(request: SignedIn, channel_id: int) -> HttpResponse:
    channel = _managed(request, channel_id)
    operations.reopen_channel(channel, by=request.user, via="web")
    words = _("%(channel)s is open again.") % {"channel": channel.label}
    messages.success(request, words, extra_tags=f"undo:/channels/{channel.pk}/close")
    return redirect("manage_channels", slug=channel.group.slug)


def _managed(request: SignedIn, channel_id: int) -> Channel:
    return get_object_or_404(Channel.objects.visible_to(request.user).select_related("group"), pk=channel_id)
