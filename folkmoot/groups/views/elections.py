from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.forms import StandForm
from folkmoot.groups.http import around, of_group
from folkmoot.groups.models import Ballot, Election, Group
from folkmoot.groups.operations import succession
from folkmoot.groups.queries import voters
from folkmoot.groups.rules import is_member, owners_of


@login_required
@require_safe
@of_group
def election(request: SignedIn, group: Group) -> HttpResponse:
    """The vote on who owns the group; members see it, and their own vote alone."""
    if not is_member(request.user, group):
        raise Http404
    found = group.elections.filter(decided_at=None).first()
    context = around(request, group, "members") | {"election": found}
    if found is not None:
        mine = Ballot.objects.filter(election=found, voter__person=request.user).first()
        context |= {
            "form": StandForm(),
            "candidates": found.candidacies.select_related("membership__person").order_by("stood_at", "pk"),
            "voted": found.ballots.count(),
            "can_vote": voters(found).filter(person=request.user).exists(),
            "stands": found.candidacies.filter(membership__person=request.user).exists(),
            "choice": mine.candidate_id if mine else None,
            "owns": owners_of(group).filter(person=request.user).exists(),
        }
    return render(request, "groups/election.html", context)


@login_required
@require_POST
def election_stand(request: SignedIn, election_id: int) -> HttpResponse:
    found, form = _election(request, election_id), StandForm(request.POST)
    succession.stand(found, person=request.user, words=form.data.get("words", ""), via="web")
    messages.success(request, _("You stand."), extra_tags=f"undo:/elections/{found.pk}/stand/remove")
    return redirect("election", slug=found.group.slug)


@login_required
@require_POST
def election_stand_remove(request: SignedIn, election_id: int) -> HttpResponse:
    found = _election(request, election_id)
    succession.stand_no_longer(found, person=request.user, via="web")
    return redirect("election", slug=found.group.slug)


@login_required
@require_POST
def election_vote(request: SignedIn, election_id: int, candidacy_id: int) -> HttpResponse:
    found = _election(request, election_id)
    candidacy = get_object_or_404(found.candidacies.select_related("membership__person"), pk=candidacy_id)
    succession.vote(found, person=request.user, candidate=candidacy.membership, via="web")
    messages.success(request, _("Your vote is in. Until the end you can change it."))
    return redirect("election", slug=found.group.slug)


@login_required
@require_POST
def election_stop(request: SignedIn, election_id: int) -> HttpResponse:
    found = _election(request, election_id)
    succession.come_back(found, person=request.user, via="web")
    messages.success(request, _("Welcome back. The vote is stopped."))
    return redirect("election", slug=found.group.slug)


def _election(request: SignedIn, election_id: int) -> Election:
    mine = Election.objects.filter(group__in=Group.objects.joined_by(request.user))
    return get_object_or_404(mine.select_related("group"), pk=election_id)
