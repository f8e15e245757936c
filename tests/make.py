"""Plain functions that make things for tests. No surprises: what you don't ask for is dull."""

from datetime import timedelta
from time import time
from typing import Any

from django.test import Client
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import enrol
from folkmoot.conversations.models import Poll, Post, Topic
from folkmoot.conversations.operations import Asked, main_channel, reply, start_topic
from folkmoot.groups.models import Group, Membership
from folkmoot.groups.operations import add_member, found
from folkmoot.kit.zones import to_local
from folkmoot.meetings.models import DatePoll, Meeting, Series
from folkmoot.meetings.operations import ask_dates, plan_meeting, plan_series


def person(name: str = "Ann", *, address: str | None = None, administrator: bool = False) -> Person:
    """Somebody with a proven address: ann@example.org for Ann."""
    where = f"{name.split()[0].lower()}@example.org" if address is None else address
    someone = enrol(name=name, address=where, proven=True, via="test")
    if administrator:
        Person.objects.filter(pk=someone.pk).update(administrator_since=someone.created_at)
        someone.refresh_from_db()
    return someone


def group(*members: Person, owner: Person | None = None, slug: str = "tarn", **settings: Any) -> Group:
    """A group with an owner (Olga unless you name one) and these members, who get each post by mail."""
    founder = owner or Person.objects.at("olga@example.org") or person("Olga")
    made = found(founder=founder, name=settings.pop("name", slug.title()), slug=slug, via="test", **settings)
    for member in members:
        join(made, member)
    return made


def join(group: Group, member: Person, **settings: Any) -> Membership:
    address = member.addresses.order_by("pk").first()
    assert address, "only somebody with an address can be added by it"
    return add_member(group, address=address.email, by=OPERATOR, via="test", **settings)


def topic(group: Group, *, author: Person | None = None, title: str = "Hello", body: str = "Hello all.") -> Topic:
    speaker = author or group.memberships.order_by("pk").select_related("person")[0].person
    return start_topic(main_channel(group), author=speaker, title=title, body=body, via="web")


def post(topic: Topic, *, author: Person | None = None, body: str = "Me too.", via: str = "web") -> Post:
    return reply(topic, author=author or topic.posts.order_by("pk")[0].author, body=body, via=via)


def poll(group: Group, *, author: Person, **how: Any) -> Poll:
    """A poll about a day, in a conversation of its own."""
    asked = Asked(**{"question": "Which day?", "choices": ["Monday", "Tuesday", "Friday"]} | how)
    topic = start_topic(main_channel(group), author=author, title="Days", body="", via="web", poll=asked)
    return Poll.objects.select_related("post__topic__channel__group").get(post__topic=topic)


def series(group: Group, **what: Any) -> Series:
    """Weekly meetings at noon, from tomorrow on."""
    starts = (now() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=None)
    usual: dict[str, Any] = {"title": "Call", "starts": starts, "rule": "FREQ=WEEKLY", "by": OPERATOR, "via": "test"}
    return plan_series(group, **usual | what)


def dates(group: Group, **what: Any) -> DatePoll:
    """The question when to meet, at three times: in a week, in ten days and in eleven, at seven in the evening."""
    evening = now().replace(hour=19, minute=0, second=0, microsecond=0, tzinfo=None)
    times = [evening + timedelta(days=days) for days in (7, 10, 11)]
    usual: dict[str, Any] = {"title": "When?", "times": times, "by": OPERATOR, "via": "test"}
    return ask_dates(group, **usual | what)


def signed_in(client: Client, person: Person) -> Client:
    """A client of somebody who has signed in just now, as allauth notes it: by a code."""
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


def wrong(token: str) -> str:
    """A token as long as this one that nobody gave."""
    return token[:-1] + ("y" if token.endswith("x") else "x")


def letter(
    *,
    sender: str = "ann@example.org",
    to: str = "tarn@localhost",
    subject: str = "Hello",
    body: str = "Hello all.",
    message_id: str = "<one@example.org>",
    **fields: str,
) -> bytes:
    """A plain letter, as bytes; further header fields by keyword, `_` for `-`."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: {message_id}\r\n{more}"
    return f"{head}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n".encode()


def meeting(group: Group, *, starts_in: timedelta = timedelta(days=7), **particulars: Any) -> Meeting:
    """A published meeting of the group, in a room, a week from now."""
    zone = particulars.setdefault("zone", "Europe/Berlin")
    starts = to_local(now() + starts_in, zone)
    what = {"title": "Autumn meeting", "room": "Town hall"} | particulars
    return plan_meeting(group, starts=starts, by=OPERATOR, via="test", **what)
