"""Polls: asking, voting, and how they came out."""

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.conversations import operations, results, rules
from folkmoot.conversations.http import of_topic, zone_of
from folkmoot.conversations.models import Poll, Post, Topic
from folkmoot.conversations.operations import main_channel, reply, start_topic
from folkmoot.conversations.poll_forms import BallotForm, PollForm
from folkmoot.groups.http import around, of_group
from folkmoot.groups.models import Group
from folkmoot.web.forms import tried


@require_safe
def poll(request: HttpRequest, poll_id: int) -> HttpResponse:
    found = _visible(request, poll_id)
    return _page(request, found)


@login_required
@require_POST
def ballot(request: SignedIn, poll_id: int) -> HttpResponse:
    found = _visible(request, poll_id)
    form = BallotForm(request.POST, poll=found)
    if not form.is_valid():
        return _page(request, found, form)
    cast = tried(form, None, lambda: operations.vote(found, form.places(), person=request.user, via="web"))
    if cast is None:
        return _page(request, found, form)
    messages.success(request, _("Your vote is counted."))
    return redirect(found)


@login_required
@require_POST
def poll_close(request: SignedIn, poll_id: int) -> HttpResponse:
    found = operations.close_poll(_visible(request, poll_id), by=request.user, via="web")
    messages.success(request, _("The poll is closed."))
    return redirect(found)


@login_required
@of_topic
def topic_poll_new(request: SignedIn, topic: Topic) -> HttpResponse:
    """A poll in a conversation that has begun."""
    if not rules.can_reply(request.user, topic):
        raise Http404

    def ask(said: dict[str, Any]) -> Post:
        return reply(topic, author=request.user, via="web", **said)

    return _new(request, topic.channel.group, ask, topic)


@login_required
@of_group
def poll_new(request: SignedIn, group: Group) -> HttpResponse:
    """A poll that begins a conversation."""
    channel = main_channel(group)
    if not rules.can_start(request.user, channel):
        raise Http404

    def ask(said: dict[str, Any]) -> Topic:
        return start_topic(channel, author=request.user, via="web", title=said["poll"].question, **said)

    return _new(request, group, ask, None)


def _new(
    request: SignedIn, group: Group, ask: Callable[[dict[str, Any]], Topic | Post], topic: Topic | None
) -> HttpResponse:
    zone = zone_of(request.user, group)
    with timezone.override(zone):
        form = PollForm(request.POST or None, group=group, zone=zone.key, initial={"once": secrets.token_hex(8)})
        if request.method == "POST" and form.is_valid():
            said = {"body": form.cleaned_data["body"], "poll": form.asked(), "once": form.cleaned_data["once"]}
            if (made := tried(form, None, lambda: ask(said))) is not None:
                messages.success(request, _("Your poll is open."))
                return redirect(made)
        context = around(request, group, "talk") | {"topic": topic, "form": form}
        return render(request, "conversations/poll_new.html", context, status=422 if form.errors else 200)


def _visible(request: HttpRequest, poll_id: int) -> Poll:
    polls = Poll.objects.visible_to(reader(request)).select_related("post__topic__channel__group", "role")
    return get_object_or_404(polls.select_related("post__channel__group", "post__author"), pk=poll_id)


def _page(request: HttpRequest, poll: Poll, form: BallotForm | None = None) -> HttpResponse:
    person, group = reader(request), poll.post.channel.group
    mine = results.mine(person, [poll.pk]).get(poll.pk) if person else None
    can_vote = person is not None and poll.is_open and rules.can_vote(person, poll)
    shown = results.shown([poll])[poll.pk]
    is_counted = poll.kind == Poll.Kind.RANKED and shown.shows_votes
    words = {one.place: one.words for one in shown.bars}
    with timezone.override(group.time_zone):
        context = around(request, group, "talk") | {
            "poll": shown,
            "asked": poll,
            "mine": [words[place] for place in mine or []],
            "has_voted": mine is not None,
            "can_vote": can_vote and not (poll.is_secret and mine is not None),
            "can_close": person is not None and poll.closed_at is None and rules.can_close_poll(person, poll),
            "form": form or BallotForm(poll=poll, mine=mine),
            "rounds": results.in_words(results.outcome_of(poll).rounds, words) if is_counted else [],
            "voters": _voters(poll, shown),
        }
        status = 422 if form is not None else 200
        return render(request, "conversations/poll.html", context, status=status)


def _voters(poll: Poll, shown: results.Shown) -> list[dict[str, Any]]:
    """Who chose what, where ballots are open and counted: everybody may see that."""
    if poll.is_secret or not shown.shows_votes:
        return []
    words = {one.place: one.words for one in shown.bars}
    return [{"person": person, "words": [words[one] for one in chosen]} for person, chosen in results.ballots(poll)]
