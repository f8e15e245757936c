import re

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.models import Group, Responsibility, Role
from folkmoot.groups.names import RESERVED
from folkmoot.groups.operations.duties.holding import begin_right, end_right, end_tenure, locked
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.rules import can_confer, can_run_duties
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

MOST_DUTIES = 100  # of a group
LONGEST_SLUG = 20
CHANGEABLE = frozenset({"name", "purpose", "slug", "role", "rotates"})
NOT_YOURS = _("You can't change who looks after what in this group.")
NOT_YOUR_ROLE = _("You can't hand out the role that this responsibility needs, because you may less than it does.")


def make_duty(group: Group, *, name: str, by: Actor, via: str, **more: object) -> Responsibility:
    """Name something that somebody looks after, and what it needs: a role, a mail address, or neither."""
    wanted = _clean(group, {"name": name, **more})
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        require(can_run_duties(by, group), NOT_YOURS)
        _require_role(group, wanted.get("role"), by)
        _check_free(group, str(wanted.get("slug", "")))
        if group.responsibilities.current().count() >= MOST_DUTIES:
            raise Refused(_("A group has at most %(most)s responsibilities.") % {"most": MOST_DUTIES})
        duty = Responsibility.objects.create(group=group, **wanted)
        record("duty.made", duty, by=by, via=via)
        note(group, "duty.made", by=by, via=via, duty=duty.pk)
    return duty


def change_duty(duty: Responsibility, *, by: Actor, via: str, **more: object) -> Responsibility:
    """Change a duty's name, purpose, address, role or whether it rotates; another role is its holder's at once."""
    wanted = _clean(duty.group, more)
    with transaction.atomic():
        duty = locked(duty)
        require(can_run_duties(by, duty.group), NOT_YOURS)
        _require_role(duty.group, wanted.get("role"), by)
        _check_free(duty.group, str(wanted.get("slug", "")), besides=duty)
        before = {key: _plain(getattr(duty, key)) for key in wanted}
        is_other_role = "role" in wanted and wanted["role"] != duty.role
        for key, value in wanted.items():
            setattr(duty, key, value)
        duty.save(update_fields=list(wanted))
        if is_other_role:
            _exchange_right(duty, by=by)
        record("duty.changed", duty, by=by, via=via)
        note(duty.group, "duty.changed", by=by, via=via, duty=duty.pk, before=before)
    return duty


def end_duty(duty: Responsibility, *, by: Actor, via: str) -> None:
    """Let nobody look after it any more: the duty is over, and with it what its holder has by it."""
    with transaction.atomic():
        duty = locked(duty)
        require(can_run_duties(by, duty.group), NOT_YOURS)
        if duty.ended_at is None:
            end_tenure(duty)
            Responsibility.objects.filter(pk=duty.pk).update(
                ended_at=now(), holder=None, deputy=None, successor=None, asked_at=None, ends_on=None
            )
            touch_access(duty.group)
            record("duty.ended", duty, by=by, via=via)
            note(duty.group, "duty.ended", by=by, via=via, duty=duty.pk)


def resume_duty(duty: Responsibility, *, by: Actor, via: str) -> None:
    """Take up again a duty that was over; nobody holds it yet."""
    with transaction.atomic():
        duty = locked(duty)
        require(can_run_duties(by, duty.group), NOT_YOURS)
        _check_free(duty.group, duty.slug, besides=duty)
        if duty.ended_at is not None:
            Responsibility.objects.filter(pk=duty.pk).update(ended_at=None)
            record("duty.resumed", duty, by=by, via=via)
            note(duty.group, "duty.resumed", by=by, via=via, duty=duty.pk)


def _exchange_right(duty: Responsibility, *, by: Actor) -> None:
    tenure = duty.tenures.filter(ended_on=None).select_related("membership", "grant").first()
    if tenure is not None:
        old, tenure.grant = tenure.grant, begin_right(duty, tenure.membership, by=by)
        tenure.save(update_fields=["grant"])
        end_right(old)
        touch_access(duty.group)


def _require_role(group: Group, role: object, by: Actor) -> None:
    if isinstance(role, Role):
        require(role.group_id == group.pk and can_confer(by, role), NOT_YOUR_ROLE)


def _check_free(group: Group, slug: str, *, besides: Responsibility | None = None) -> None:
    others = group.responsibilities.current().filter(slug=slug).exclude(pk=besides.pk if besides else 0)
    if slug and (others.exists() or any(import_string(path)(group, slug) for path in settings.ADDRESSES_TAKEN)):
        raise Refused(_("Letters to “%(slug)s” go somewhere else already. Please choose another.") % {"slug": slug})


def _clean(group: Group, wanted: dict[str, object]) -> dict[str, object]:
    unknown = wanted.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"not settings of a duty: {sorted(unknown)}")
    lengths = {"name": 80, "purpose": 500, "slug": 200}
    clean = {key: one_line(str(value))[: lengths[key]] if key in lengths else value for key, value in wanted.items()}
    if clean.get("name") == "":
        raise Refused(_("A responsibility has a name, like “Treasurer”. Please write one."))
    if "slug" in clean:
        clean["slug"] = _checked_slug(str(clean["slug"]).lower())
    return clean


def _checked_slug(slug: str) -> str:
    if slug and (not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug) or len(slug) > LONGEST_SLUG):
        raise Refused(
            _("The name has at most %(most)s small letters, digits and hyphens, like “treasurer”.")
            % {"most": LONGEST_SLUG}
        )
    if slug in RESERVED:
        raise Refused(_("The name “%(slug)s” has another meaning here. Please choose another.") % {"slug": slug})
    return slug


def _plain(value: object) -> object:
    return value.pk if isinstance(value, Role) else value
