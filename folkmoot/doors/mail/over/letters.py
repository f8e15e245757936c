"""How far a group has come over, by letter: once a week to those who look after members, until they say stop."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now

from folkmoot.doors.mail import addresses, letters, tokens
from folkmoot.doors.mail.models import CountsOff, OutgoingLetter
from folkmoot.groups.models import Membership, Move
from folkmoot.groups.models.moves import WEEK
from folkmoot.groups.moves import counts_of, weeks_of
from folkmoot.groups.queries import members_holding
from folkmoot.outbox.operations import record


def send_counts() -> int:
    """Write about moves whose week is over, and once about those that have ended. Returns how many letters."""
    ended = Move.objects.filter(ended_at__gt=now() - WEEK)
    going = Move.objects.going_on().filter(begun_at__lte=now() - WEEK)
    moves = (going | ended).filter(group__closed_at=None, group__merged_into=None).select_related("group", "link")
    return sum(_write(move) for move in moves.order_by("pk"))


def turn_counts(member: Membership, *, is_wanted: bool) -> None:
    """Write no more of it to a member, or write again; doing it twice changes nothing."""
    with transaction.atomic():
        if is_wanted:
            is_news = CountsOff.objects.filter(membership=member).delete()[0] > 0
        else:
            is_news = CountsOff.objects.get_or_create(membership=member)[1]
        if is_news:
            kind = "counts.wanted" if is_wanted else "counts.turned_off"
            record(kind, member, by=member.person, via="mail")


def wants_none(member: Membership) -> bool:
    return CountsOff.objects.filter(membership=member).exists()


def _write(move: Move) -> int:
    """The same week is told once, however often the clock looks."""
    part = "end" if move.ended_at else f"{move.week}"
    holding = members_holding("members.manage", move.group).exclude(mail=Membership.Mail.NONE)
    members = holding.filter(address__isnull=False, counts_off=None).select_related("address", "person").order_by("pk")
    keys = {f"over:{move.pk}:{part}:{one.pk}": one for one in members}
    told = set(OutgoingLetter.objects.filter(key__in=keys).values_list("key", flat=True))
    waiting = {key: one for key, one in keys.items() if key not in told}
    if waiting:
        counts, weeks = counts_of(move), weeks_of(move)
        before = weeks[move.week - 1].joined if 0 < move.week <= len(weeks) else 0
        earlier = weeks[move.week - 2].joined if 1 < move.week <= len(weeks) else 0
        context = {"move": move, "group": move.group, "counts": counts, "news": before - earlier}
        context |= {"page": f"{settings.SITE}{reverse('coming_over', args=[move.group.slug])}"}
        for key, one in waiting.items():
            _write_to(one, context, key)
    return len(waiting)


def _write_to(member: Membership, context: dict[str, object], key: str) -> None:
    assert member.address is not None, "those without one were left out"
    stop = f"{settings.SITE}{reverse('mail_counts', args=[tokens.counts_token(member.pk)])}"
    letters.write(
        "counts",
        context | {"stop": stop},
        to=member.address.email,
        sender_name=member.group.name,
        sender=addresses.of_group(member.group, "owner"),
        key=key,
        stop=stop,
    )
