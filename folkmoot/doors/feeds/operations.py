import secrets

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.doors.feeds.models import FeedKey
from folkmoot.kit.errors import require
from folkmoot.outbox.operations import record


def make_key(person: Person) -> FeedKey:
    """Give somebody a secret for their feed reader. One they had before is worth nothing from now on."""
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        require(person.is_active, _("You can't have an address for your feeds."))
        made, _is_new = FeedKey.objects.update_or_create(person=person, defaults={"key": key, "made_at": now()})
        record("feed_key.made", made, by=person, via="web")
    return made


def remove_key(person: Person) -> None:
    """Let whoever has somebody's secret read no more."""
    with transaction.atomic():
        for key in FeedKey.objects.select_for_update().filter(person=person):
            record("feed_key.removed", key, by=person, via="web")
            key.delete()
