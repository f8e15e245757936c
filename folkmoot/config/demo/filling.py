"""Make the demo's groups through the operations that every door calls."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import enrol
from folkmoot.config.demo.gathering import gather
from folkmoot.config.demo.reading import Circle, Conversation, Said, circles
from folkmoot.conversations.models import Channel, Post, Topic
from folkmoot.conversations.operations import (
    Letterhead,
    accept_answer,
    date_back,
    lock,
    main_channel,
    pin,
    reply,
    start_topic,
)
from folkmoot.conversations.rendering import render_letter
from folkmoot.groups.models import Group, Membership
from folkmoot.groups.operations import add_member, found, make_owner
from folkmoot.kit.errors import Refused
from folkmoot.kit.msgid import new_message_id
from folkmoot.outbox.operations import hush

VIA = "demo"
Watch = Callable[[], None]  # told of each post


def fill(found_circles: list[Circle], watch: Watch) -> None:
    """Fill an empty installation: all of it or nothing.

    One long transaction, unlike elsewhere: nobody is here yet who would wait for it, what was broken off leaves
    nothing behind, and no worker sees the events before they are hushed.
    """
    with transaction.atomic():
        if Person.objects.exists() or Group.objects.exists():
            raise Refused(_("Somebody is here already. The demo is for an empty installation."))
        people: dict[str, Person] = {}
        for circle in found_circles:
            _fill_circle(circle, people, watch)
        hush()


def read() -> list[Circle]:
    """Read what there is to fill in, as of now."""
    return circles(now())


def _fill_circle(circle: Circle, people: dict[str, Person], watch: Watch) -> None:
    for key, name in circle.people.items():
        if key not in people:
            people[key] = enrol(name=name, address=address_of(key), proven=True, via=VIA)
    group = found(founder=people[circle.owners[0]], via=VIA, **circle.settings)
    members = {key: _join(group, key, circle) for key in circle.people}
    for key in circle.owners[1:]:
        make_owner(members[key], by=OPERATOR, via=VIA)
    channel = main_channel(group)
    for talk in circle.conversations:
        _talk(channel, talk, people, watch)
    gather(group, circle.gathering, people, now())


def address_of(key: str) -> str:
    """Where somebody of the demo would get mail, if anybody did."""
    return f"{key}@example.org"


def _join(group: Group, key: str, circle: Circle) -> Membership:
    reading = Membership.Mail.NONE if key in circle.web_readers else Membership.Mail.EACH
    return add_member(group, address=address_of(key), mail=reading, by=OPERATOR, via=VIA)


def _talk(channel: Channel, talk: Conversation, people: dict[str, Person], watch: Watch) -> None:
    first, *others = talk.posts
    topic = start_topic(
        channel,
        author=people[first.who],
        title=talk.title,
        body=first.body,
        via=first.via,
        markup=_markup(first),
        letterhead=_letterhead(first, talk.title, []),
    )
    posts = [topic.posts.get()]
    watch()
    for said in others:
        posts.append(_answer(topic, said, people[said.who], posts))
        watch()
    date_back(topic, times=[said.at for said in talk.posts], by=OPERATOR, via=VIA)
    _mark(topic, talk.marks, posts)


def _mark(topic: Topic, marks: dict[str, int], posts: list[Post]) -> None:
    if "answer" in marks:
        accept_answer(posts[marks["answer"] - 1], by=OPERATOR, via=VIA)
    if "pinned" in marks:
        pin(topic, by=OPERATOR, via=VIA)
    if "closed" in marks:
        lock(topic, by=OPERATOR, via=VIA)


def _answer(topic: Topic, said: Said, author: Person, before: list[Post]) -> Post:
    answered = before[said.answers - 1]
    return reply(
        topic,
        author=author,
        body=said.body,
        via=said.via,
        markup=_markup(said),
        answers=answered,
        letterhead=_letterhead(said, f"Re: {topic.title}", _ids_up_to(answered)),
    )


def _markup(said: Said) -> Post.Markup:
    return Post.Markup.TEXT if said.via == "mail" else Post.Markup.MARKDOWN


def _letterhead(said: Said, title: str, references: list[str]) -> Letterhead | None:
    """What a post that came as a letter brings along; others bring nothing."""
    if said.via != "mail":
        return None
    return Letterhead(
        message_id=new_message_id(settings.HOST),
        references=tuple(references),
        said_at=said.at,
        title=title,
        rendered=render_letter(said.body, "text", ()),
    )


def _ids_up_to(post: Post) -> list[str]:
    """The Message-IDs that an answer to this post names, oldest first."""
    return [*post.references.split(), post.message_id][-10:]
