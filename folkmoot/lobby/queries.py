"""Reads that span groups and their talk."""

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, Post, Topic
from folkmoot.conversations.queries import last_speaker, newest
from folkmoot.groups.models import Group, Membership

MOST_WORDS = 6  # of a search


def groups_about(query: str, *, person: Person | None) -> QuerySet[Group]:
    """Groups that the person may know of and that have all the words, those that talked last first."""
    found = with_activity(Group.objects.visible_to(person))
    for word in query.split()[:MOST_WORDS]:
        found = found.filter(
            Q(name__icontains=word) | Q(purpose__icontains=word) | Q(place__icontains=word) | Q(topics__icontains=word)
        )
    return found.order_by(Coalesce("last_talk_at", "created_at").desc(), F("members").desc(), "pk")


def with_activity(groups: QuerySet[Group]) -> QuerySet[Group]:
    """Add the number of members, and when something was last said (in groups that all may read)."""
    current = Membership.objects.current().filter(group=OuterRef("pk")).order_by().values("group")
    talk = Topic.objects.filter(channel__group=OuterRef("pk"), channel__group__visibility=Group.Visibility.PUBLIC)
    return groups.annotate(
        members=Coalesce(Subquery(current.annotate(n=Count("pk")).values("n")), 0),
        last_talk_at=Subquery(talk.newest_first().values("last_post_at")[:1]),
    )


def newest_topics(groups: QuerySet[Group], *, person: Person | None, most: int) -> list[Topic]:
    """Topics of these groups that the person may read, newest talk first, with the name of who spoke last."""
    channels = Channel.objects.visible_to(person).filter(group__in=groups).values_list("pk", flat=True)
    topics = newest(list(channels), most).annotate(last_by=last_speaker())
    return list(topics.select_related("channel__group"))


def past_of(person: Person) -> list[tuple[Group, int]]:
    """Imported posts that stand under the person's name and wait for their word, counted by group."""
    waiting = Post.objects.filter(author=person, confirmed_at=None).exclude(archive=None)
    counts = waiting.values_list("channel__group").annotate(n=Count("pk")).order_by()
    numbers: dict[int, int] = dict(counts)
    groups = Group.objects.filter(pk__in=numbers).order_by("name")
    return [(group, numbers[group.pk]) for group in groups]


def others_at_addresses_of(person: Person) -> QuerySet[Person]:
    """Persons whom we only know by an address that this person has proven: the same one, most likely."""
    proven = person.addresses.filter(verified=True).values("email")
    same = Person.objects.filter(emailaddress__email__in=proven, last_login=None, merged_into=None)
    return same.exclude(pk=person.pk).distinct().annotate(said=Count("posts", distinct=True)).order_by("pk")
