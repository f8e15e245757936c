"""A group comes over from an old place: the move begins, is put right, and ends by itself."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group, InvitationLink, Move
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.links import make_link
from folkmoot.groups.operations.roles import lock
from folkmoot.groups.rules import can_manage_members
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import is_web, one_line
from folkmoot.outbox.operations import record

MOST_MEMBERS = 1_000_000
LONGEST = timedelta(days=366)
USUAL = timedelta(days=92)  # three months
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # that nobody mixes up who types them from a poster
SHORT = 8  # of them in the address of a page: a million million
NOT_YOURS = _("You can't say where this group comes from.")


def begin_move(
    group: Group, *, name: str, address: str, members: int, ends_at: datetime | None = None, by: Actor, via: str
) -> Move:
    """Say from which old place the group comes, and open the page by which its people join."""
    said = _checked(name, address, members, ends_at or now() + USUAL)
    with transaction.atomic():
        group = lock(group)
        require(can_manage_members(by, group), NOT_YOURS)
        if group.moves.going_on().exists():
            raise Refused(_("The group is coming over already. End that first."))
        move: Move = Move.objects.create(group=group, begun_by=_person(by), **said)
        _open_page(move, said["ends_at"], by=by, via=via)
        record("move.begun", move, by=by, via=via)
        note(group, "move.begun", by=by, via=via, move=move.pk)
    move.refresh_from_db()
    return move


def change_move(move: Move, *, name: str, address: str, members: int, ends_at: datetime, by: Actor, via: str) -> None:
    """Put right what was said of the old place, or how long it goes on. The page is from then on whose hand did it."""
    said = _checked(name, address, members, ends_at)
    with transaction.atomic():
        group = lock(move.group)
        require(can_manage_members(by, group), NOT_YOURS)
        if not Move.objects.going_on().filter(pk=move.pk).update(**said):
            raise Refused(_("This is over already."))
        _open_page(move, ends_at, by=by, via=via)
        record("move.changed", move, by=by, via=via)
        note(group, "move.changed", by=by, via=via, move=move.pk)


def end_move(move: Move, *, by: Actor, via: str) -> None:
    """Close the page. What was counted stays."""
    with transaction.atomic():
        group = lock(move.group)
        require(can_manage_members(by, group), NOT_YOURS)
        if not _end(move):
            raise Refused(_("This is over already."))
        record("move.ended", move, by=by, via=via)
        note(group, "move.ended", by=by, via=via, move=move.pk)


def end_moves() -> int:
    """End those whose time is over. Returns how many that were."""
    due = Move.objects.going_on().filter(ends_at__lte=now()).select_related("group")
    return sum(_end_due(move) for move in due)


def _open_page(move: Move, ends_at: datetime, *, by: Actor, via: str) -> None:
    """The page has one address as long as the move goes on; one that came with a group's file gets a new one."""
    page = InvitationLink.objects.filter(move=move)
    if page.update(ends_at=ends_at, made_by=_person(by), closed_at=None):
        return
    short = "".join(secrets.choice(LETTERS) for _number in range(SHORT))
    link = make_link(move.group, ends_at=ends_at, token=short, by=by, via=via)
    Move.objects.filter(pk=move.pk).update(link=link)


def _end_due(move: Move) -> bool:
    with transaction.atomic():
        is_news = _end(move)
        if is_news:
            record("move.ended", move, by=None, via="clock")
            note(move.group, "move.ended", by=None, via="clock", move=move.pk)
    return is_news


def _end(move: Move) -> bool:
    InvitationLink.objects.filter(move=move, closed_at=None).update(closed_at=now())
    return bool(Move.objects.going_on().filter(pk=move.pk).update(ended_at=now()))


def _checked(name: str, address: str, members: int, ends_at: datetime) -> dict[str, Any]:
    name, address = one_line(name)[:80], address.strip()
    if not name:
        raise Refused(_("Say what the old place is called."))
    if not is_web(address):
        raise Refused(_("The old place needs an address that begins with https:// or http://."))
    if not 0 < members <= MOST_MEMBERS:
        raise Refused(_("Say how many are there: one at least."))
    if not now() < ends_at <= now() + LONGEST:
        raise Refused(_("It ends on a later day, in a year at most."))
    return {"name": name, "address": address, "members": members, "ends_at": ends_at}


def _person(by: Actor) -> Person | None:
    return by if isinstance(by, Person) else None
