from django.db import transaction
from django.db.models import F
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post
from folkmoot.groups.models import Group
from folkmoot.outbox.operations import record


def confirm_past(person: Person, *, group: Group) -> int:
    """Say of one's imported posts in a group: yes, that was me. Returns how many there were.

    Nobody else can say it: only one's own posts count, and anybody can write an mbox.
    """
    with transaction.atomic():
        mine = Post.objects.filter(author=person, channel__group=group, confirmed_at=None).exclude(archive=None)
        confirmed = mine.update(confirmed_at=now(), version=F("version") + 1)
        if confirmed:
            record("past.confirmed", group, by=person, via="web", posts=confirmed)
    return confirmed
