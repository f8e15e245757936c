"""What a moderator lays on somebody: for a term, with a reason, and with a way to object."""

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group, ModerationCase, Sanction
from folkmoot.groups.operations.denials import lay
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.roles import lock
from folkmoot.groups.rules import can_appeal, can_decide_appeal, can_lift, can_sanction
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

LONGEST_REASON = 500
LONGEST_APPEAL = 2000
LONGEST_ANSWER = 1000
LONGEST_TERM = 3650  # days
DENIED = {Sanction.Kind.SUSPEND: ("topics.post", "topics.tend"), Sanction.Kind.BAN: ("",)}  # "" is everything


def sanction(
    group: Group,
    person: Person,
    *,
    kind: Sanction.Kind,
    reason: str,
    days: int | None = None,
    case: ModerationCase | None = None,
    by: Actor,
    via: str,
) -> Sanction:
    """Warn, slow down, hold, suspend or ban somebody; for so many days, or until it is lifted."""
    reason = one_line(reason)[:LONGEST_REASON]
    if not reason:
        raise Refused(_("Say why. The person reads it."))
    if days is not None and not 1 <= days <= LONGEST_TERM:
        raise Refused(_("Choose a term between a day and ten years."))
    with transaction.atomic():
        group = lock(group)  # two at once must not both be the first
        require(can_sanction(by, person, group), _("You can't do that to this person."))
        laid_before = Sanction.objects.in_force().filter(group=group, person=person, kind=kind)
        if kind != Sanction.Kind.WARN and laid_before.exists():
            raise Refused(_("This is in force already. Lift it first to change it."))
        until = now() + timedelta(days=days) if days and kind != Sanction.Kind.WARN else None
        who = by if isinstance(by, Person) else None
        laid = Sanction.objects.create(
            group=group, person=person, kind=kind, reason=reason, case=case, by=who, ends_at=until
        )
        _deny(laid, by)
        note(group, "sanction.laid", by=by, via=via, about=person, sanction=laid.pk, laid=str(kind), days=days)
        record("sanction.laid", laid, by=by, via=via)
    return laid


def lift_sanction(laid: Sanction, *, by: Actor, via: str) -> None:
    """End a sanction before its time."""
    with transaction.atomic():
        laid = _hold(laid)
        require(can_lift(by, laid), _("You can't lift this."))
        _lift(laid, by=by, via=via)


def appeal(laid: Sanction, *, by: Person, words: str, via: str) -> None:
    """Object to a sanction, once. Another moderator than the one who laid it decides, if there is one."""
    words = words.replace("\x00", "").strip()[:LONGEST_APPEAL]
    if not words:
        raise Refused(_("Say why you object."))
    with transaction.atomic():
        laid = _hold(laid)
        require(can_appeal(by, laid), _("You can't object to this."))
        if laid.appealed_at:
            raise Refused(_("You have objected already."))
        Sanction.objects.filter(pk=laid.pk).update(appeal=words, appealed_at=now())
        record("appeal.made", laid, by=by, via=via)


def decide_appeal(laid: Sanction, *, is_upheld: bool, answer: str, by: Actor, via: str) -> None:
    """Answer somebody who objects: the sanction stays, or it is lifted."""
    answer = answer.replace("\x00", "").strip()[:LONGEST_ANSWER]
    if not answer:
        raise Refused(_("Say why. The person reads it."))
    with transaction.atomic():
        laid = _hold(laid)
        require(can_decide_appeal(by, laid), _("Somebody else has to decide about this."))
        if laid.appealed_at is None or laid.appeal_decided_at:
            raise Refused(_("Nobody waits for an answer to this any more."))
        decided = {"appeal_answer": answer, "appeal_decided_at": now()}
        who = by if isinstance(by, Person) else None
        Sanction.objects.filter(pk=laid.pk).update(appeal_decided_by=who, **decided)
        note(laid.group, "appeal.decided", by=by, via=via, about=laid.person, sanction=laid.pk, is_upheld=is_upheld)
        record("appeal.decided", laid, by=by, via=via)
        if not is_upheld and laid.lifted_at is None:
            _lift(laid, by=by, via=via)


def _deny(laid: Sanction, by: Actor) -> None:
    """Take what the sanction takes, by denials, which every door asks. One that is there already stays as it is."""
    for name in DENIED.get(Sanction.Kind(laid.kind), ()):
        denial = lay(laid.person, group=laid.group, permission=name, reason=laid.reason, ends_at=laid.ends_at, by=by)
        laid.denials.add(denial)


def _lift(laid: Sanction, *, by: Actor, via: str) -> None:
    if laid.lifted_at is not None or (laid.ends_at and laid.ends_at <= now()):
        raise Refused(_("This is over already."))
    who = by if isinstance(by, Person) else None
    Sanction.objects.filter(pk=laid.pk).update(lifted_at=now(), lifted_by=who)
    laid.denials.filter(lifted_at=None).update(lifted_at=now())
    touch_access(laid.group)
    note(laid.group, "sanction.lifted", by=by, via=via, about=laid.person, sanction=laid.pk)
    record("sanction.lifted", laid, by=by, via=via)


def _hold(laid: Sanction) -> Sanction:
    rows = Sanction.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("group", "person").get(pk=laid.pk)
