"""How much somebody wants of a channel or of one topic."""

from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, Subscription, Topic
from folkmoot.conversations.rules import can_follow
from folkmoot.groups.models import Group
from folkmoot.kit.errors import require
from folkmoot.outbox.operations import record


def follow(what: Channel | Topic, *, person: Person, level: str, via: str) -> None:
    """Want so much of a channel or a topic from now on, in the inbox and by mail."""
    with transaction.atomic():
        require(can_follow(person, _group_of(what)), _("Only members can follow this."))
        Subscription.objects.update_or_create(
            person=person, **_key(what), defaults={"level": Subscription.Level(level), "changed_at": now()}
        )
        record(f"{_kind(what)}.followed", what, by=person, via=via, level=level)


def follow_no_longer(what: Channel | Topic, *, person: Person, via: str) -> None:
    """Let the channel's level count for a topic again; a channel's is then what the membership says."""
    with transaction.atomic():
        require(can_follow(person, _group_of(what)), _("Only members can follow this."))
        Subscription.objects.filter(person=person, **_key(what)).delete()
        record(f"{_kind(what)}.followed", what, by=person, via=via, level="")


def _key(what: Channel | Topic) -> dict[str, Any]:
    return {_kind(what): what}


def _kind(what: Channel | Topic) -> str:
    return "topic" if isinstance(what, Topic) else "channel"


def _group_of(what: Channel | Topic) -> Group:
    return what.channel.group if isinstance(what, Topic) else what.group
