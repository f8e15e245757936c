"""What we write to those who run a group: what waits, whose term ends, who is asked, who may vote."""

from django.utils import timezone

from folkmoot.accounts.models import Address
from folkmoot.doors.mail import addresses, letters, tokens
from folkmoot.groups import todo
from folkmoot.groups.deciding import permissions_in
from folkmoot.groups.models import Election, Group, Membership, Responsibility, RoleGrant
from folkmoot.groups.queries import voters
from folkmoot.groups.rules import owners_of
from folkmoot.groups.todo import Waiting
from folkmoot.outbox.models import Event

LASTS = 7  # days that a link of the daily letter works


def send_todo() -> int:
    """Write to those who run a group that something waits, once a day at most. Returns how many letters that made."""
    granted = RoleGrant.objects.valid().values("membership")
    members = Membership.objects.current().filter(pk__in=granted, person__is_active=True, address__isnull=False)
    reading = members.exclude(mail=Membership.Mail.NONE).select_related("group", "person", "address")
    return sum(_write_todo(one) for one in reading.order_by("pk").iterator())


def named_by(token: str) -> tuple[Membership, Waiting | None] | None:
    """The member and the thing that a link of the daily letter names; None in its place where it waits no longer."""
    numbers = tokens.todo_of(token)
    if numbers is None or not 0 <= timezone.localdate().toordinal() - numbers[1] <= LASTS:
        return None
    members = Membership.objects.current().filter(pk=numbers[0], person__is_active=True)
    member = members.select_related("group", "person").first()
    if member is None or numbers[2] >= len(todo.kinds()):
        return None
    kind = todo.kinds()[numbers[2]]
    return member, todo.find(member.group, member.person, kind.key, numbers[3])


def duty_told(event: Event) -> None:
    """Ask a successor; remind holder and deputy of the end of a term."""
    duty = Responsibility.objects.current().with_people().filter(pk=event.subject_id).first()
    if duty is None:
        return
    if event.kind == "duty.asked" and duty.successor is not None:
        token = tokens.duty_token(duty)
        _write("duty_asked", duty.group, {"duty": duty, "token": token}, duty.successor, f"{event.pk}")
    elif event.kind == "duty.ending":
        for member in filter(None, (duty.holder, duty.deputy)):
            _write("duty_ending", duty.group, {"duty": duty}, member, f"{event.pk}")


def election_told(event: Event) -> None:
    """Tell the members who may vote and the silent owners; administrators, where too few had voted before."""
    election = Election.objects.select_related("group").filter(pk=event.subject_id, decided_at=None).first()
    if election is None:
        return
    if event.kind == "election.failed":
        for address in Address.objects.filter(primary=True, user__administrator_since__isnull=False):
            _send("election_failed", election.group, {"election": election}, address.email, f"{event.pk}")
        return
    told = voters(election) | owners_of(election.group)
    for member in told.distinct().select_related("address").order_by("pk").iterator():
        _write("election", election.group, {"election": election}, member, f"{event.pk}")


def _write_todo(member: Membership) -> bool:
    if not todo.counts(member.group, permissions_in(member.group, member.person)):
        return False
    today, kinds = timezone.localdate(), list(todo.kinds())
    there = [
        (one, tokens.todo_token(member.pk, today.toordinal(), kinds.index(kind), one.row.pk))
        for kind, things in todo.waiting(member.group, member.person)
        for one in things
    ]
    _write("todo", member.group, {"waiting": there}, member, f"todo:{today.isoformat()}")
    return True


def _write(template: str, group: Group, context: dict[str, object], member: Membership, key: str) -> None:
    address = member.address or member.person.addresses.order_by("-primary", "pk").first()
    if address is not None:
        _send(template, group, context, address.email, f"{key}:{member.pk}")


def _send(template: str, group: Group, context: dict[str, object], to: str, key: str) -> None:
    letters.write(
        template,
        {"group": group, **context},
        to=to,
        sender_name=group.name,
        sender=addresses.of_group(group, "owner"),
        key=f"{key}:{to}"[:100],
    )
