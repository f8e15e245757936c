"""What the feeds hold of a person."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.accounts.personal import Fact
from folkmoot.doors.feeds.models import FeedKey


def facts_of(person: Person) -> Iterator[Fact]:
    """When the secret was made, and not the secret itself: an export may lie about."""
    keys = FeedKey.objects.filter(person=person)
    yield Fact(
        "feeds", _("Feeds"), _("what lets your feed reader read for you; until you stop it"), keys.values("made_at")
    )
