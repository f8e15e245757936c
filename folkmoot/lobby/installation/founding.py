from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.administering import for_administrators
from folkmoot.accounts.http import SignedIn
from folkmoot.accounts.queries import the_installation
from folkmoot.groups.models import FoundingRequest, Group
from folkmoot.groups.operations import decide_founding
from folkmoot.lobby.installation.views import around

MOST_SHOWN = 100


@for_administrators
@require_safe
def installation_founding(request: SignedIn) -> HttpResponse:
    asked = FoundingRequest.objects.select_related("person", "group", "decided_by")
    waiting = list(asked.filter(decided_at=None).order_by("asked_at", "pk")[:MOST_SHOWN])
    visibilities = dict(Group.Visibility.choices)
    context = around("installation_founding") | {
        "waiting": [(one, visibilities.get(one.settings.get("visibility", ""), "")) for one in waiting],
        "policy": the_installation().get_founding_display(),
        "decided": list(asked.exclude(decided_at=None).order_by("-decided_at", "-pk")[:MOST_SHOWN]),
    }
    return render(request, "lobby/installation/founding.html", context)


@for_administrators
@require_POST
def founding_accept(request: SignedIn, founding_id: int) -> HttpResponse:
    wish = _decide(request, founding_id, is_accepted=True)
    messages.success(request, _("%(group)s is founded. %(name)s is told.") % _names(wish))
    return redirect("installation_founding")


@for_administrators
@require_POST
def founding_refuse(request: SignedIn, founding_id: int) -> HttpResponse:
    wish = _decide(request, founding_id, is_accepted=False)
    messages.success(request, _("%(name)s is told why there is no group %(group)s.") % _names(wish))
    return redirect("installation_founding")


def _decide(request: SignedIn, founding_id: int, *, is_accepted: bool) -> FoundingRequest:
    wish = get_object_or_404(FoundingRequest.objects.filter(pk=founding_id))
    reason = request.POST.get("reason", "")
    return decide_founding(wish, is_accepted=is_accepted, reason=reason, by=request.user, via="web")


def _names(wish: FoundingRequest) -> dict[str, str]:
    return {"group": wish.name, "name": wish.person.name}
