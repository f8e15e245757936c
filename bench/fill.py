"""Puts things into an installation's database, many at once: python -m bench.fill WHAT ARGUMENTS. Answers with JSON."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import django

django.setup()

# What follows needs Django to be set up.
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from bench.letters import prose  # noqa: E402
from folkmoot.accounts.models import Address, Person  # noqa: E402
from folkmoot.accounts.operations import enrol  # noqa: E402
from folkmoot.conversations.models import Channel, Post, ReadMark, Topic  # noqa: E402
from folkmoot.conversations.operations import main_channel, reply, start_topic  # noqa: E402
from folkmoot.groups.models import Group, Membership  # noqa: E402
from folkmoot.groups.operations import found  # noqa: E402
from folkmoot.lobby.inbox.queries import inbox as catch_up  # noqa: E402
from folkmoot.outbox.models import Event  # noqa: E402

VIA = "bench"
ON_A_PAGE = 50


def group(slug: str, subscribers: str) -> dict[str, object]:
    """Found a group whose owner writes and has so many readers by mail beside them."""
    writer = Person.objects.at("writer@example.org") or enrol(
        name="Wren Writer", address="writer@example.org", proven=True, via=VIA
    )
    made = found(founder=writer, name=slug.title(), slug=slug, via=VIA)
    _subscribe(made, int(subscribers))
    _forget_events()
    return {"slug": slug, "writer": "writer@example.org"}


def topics(slug: str, number: str) -> dict[str, object]:
    """Fill a group with so many topics of 50 posts; the first has texts as people write them, the others short ones."""
    into = Group.objects.get(slug=slug)
    channel = main_channel(into)
    speakers = _speakers(into)
    first = start_topic(channel, author=speakers[0], title="How do you all do this?", body=prose(0, 600), via="web")
    for count in range(1, ON_A_PAGE):
        reply(first, author=speakers[count % len(speakers)], body=prose(count, 200 + 37 * count % 900), via="web")
    _forget_events()
    _copy_topic(Topic.objects.get(pk=first.pk), int(number) - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"path": first.get_absolute_url(), "topic": first.pk, "posts": Post.objects.count()}


def inbox(address: str, groups: str, topics: str, posts: str) -> dict[str, object]:
    """Make a member of so many groups, with so many conversations over a year, each of so many posts of a few days."""
    reader = enrol(name="Rae Reader", address=address, proven=True, via=VIA)
    writer = Person.objects.at("writer@example.org") or reader
    channels = []
    for number in range(int(groups)):
        made = found(founder=reader, name=f"Group {number}", slug=f"group-{number}", via=VIA)
        channels.append(main_channel(made))
    year = timedelta(days=365)
    Membership.objects.filter(person=reader).update(joined_at=now() - year)
    for number in range(0, int(topics), 500):
        _talks([channels[at % len(channels)] for at in range(number, number + 500)], writer, int(posts), number, topics)
    newest = Topic.objects.filter(channel__in=channels).order_by("-last_post_at")[20:]
    ReadMark.objects.bulk_create(
        [ReadMark(person=reader, topic=one, read_to=one.last_post_at) for one in newest], batch_size=1000
    )
    _forget_events()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"posts": Post.objects.count(), "unread": catch_up(reader).unread}


def _talks(channels: Sequence[Channel], author: Person, posts: int, first: int, topics: str) -> None:
    """Conversations that end one after the other over a year, the first one now."""
    step, end = timedelta(days=365) / int(topics), now()
    made = [
        Topic(
            channel=channel,
            title=f"Conversation {first + at}",
            post_count=posts,
            last_post_at=end - step * (first + at),
        )
        for at, channel in enumerate(channels)
    ]
    Topic.objects.bulk_create(made)
    Post.objects.bulk_create(
        [
            Post(
                topic=topic,
                channel=topic.channel,
                author=author,
                title=topic.title,
                body="Short words.",
                html="<p>Short words.</p>",
                via="mail",
                message_id=f"<{topic.pk}.{number}@bench>",
                posted_at=topic.last_post_at - timedelta(hours=number),
            )
            for topic in made
            for number in range(posts)
        ],
        batch_size=2000,
    )


def session(address: str) -> dict[str, str]:
    """Sign somebody in; returns the cookie."""
    person = Person.objects.at(address)
    assert person
    made = SessionStore()
    made[SESSION_KEY] = str(person.pk)
    made[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    made[HASH_SESSION_KEY] = person.get_session_auth_hash()
    made.create()
    return {"cookie": f"{settings.SESSION_COOKIE_NAME}={made.session_key}"}


def queries(path: str, address: str) -> dict[str, int]:
    """How many queries a page takes, the second time somebody opens it."""
    settings.ALLOWED_HOSTS.append("testserver")
    client = Client()
    client.force_login(Person.objects.at(address))  # type: ignore[arg-type]
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return {"queries": len(captured)}


def replies(topic: str, number: str) -> dict[str, float]:
    """Post so many replies of 1,000 characters by the operation alone; returns how many a second that were."""
    into = Topic.objects.select_related("channel__group").get(pk=int(topic))
    author = Person.objects.at("writer@example.org")
    assert author
    began = time.perf_counter()
    for count in range(int(number)):
        reply(into, author=author, body=f"Reply {count}. ".ljust(1000, "x"), via="web", once=str(count))
    took = time.perf_counter() - began
    _forget_events()
    return {"a_second": int(number) / took}


def count() -> dict[str, int]:
    """How many posts there are."""
    return {"posts": Post.objects.count()}


def _subscribe(group: Group, number: int) -> None:
    with transaction.atomic():
        people = Person.objects.bulk_create(
            Person(name=f"Reader {count}", handle=f"{group.slug}-{count}", password="!") for count in range(number)
        )
        addresses = Address.objects.bulk_create(
            Address(user=one, email=f"{one.handle}@example.net", verified=True, primary=True) for one in people
        )
        Membership.objects.bulk_create(
            Membership(group=group, person=one, address=address) for one, address in zip(people, addresses, strict=True)
        )


def _speakers(group: Group) -> list[Person]:
    return [one.person for one in group.memberships.select_related("person").order_by("pk")[:12]]


def _copy_topic(pattern: Topic, number: int) -> None:
    """Make empty topics, then give each the pattern's posts by one statement."""
    at = now()
    Topic.objects.bulk_create(
        (
            Topic(channel=pattern.channel, title=f"Topic {count}", post_count=ON_A_PAGE, last_post_at=at)
            for count in range(number)
        ),
        batch_size=1000,
    )
    columns = [one.get_attname() for one in Post._meta.concrete_fields if not one.primary_key]
    changed = {
        "topic_id": "t.id",
        "message_id": "replace(p.message_id, '@', '-' || t.id || '@')",
        "body": "'Short words.'",
        "html": "'<p>Short words.</p>'",
    }
    names = ", ".join(f'"{one}"' for one in columns)
    values = ", ".join(changed.get(one, f'p."{one}"') for one in columns)
    post, topic = Post._meta.db_table, Topic._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {post} ({names}) SELECT {values} FROM {topic} t CROSS JOIN {post} p "
            "WHERE p.topic_id = %s AND t.id > %s ORDER BY t.id, p.id",
            [pattern.pk, pattern.pk],
        )


def _forget_events() -> None:
    """Nobody is to get letters about what we made up."""
    Event.objects.all().delete()


WHAT: dict[str, Callable[..., object]] = {
    one.__name__: one for one in (group, topics, inbox, session, queries, replies, count)
}

if __name__ == "__main__":
    print(json.dumps(WHAT[sys.argv[1]](*sys.argv[2:])))
