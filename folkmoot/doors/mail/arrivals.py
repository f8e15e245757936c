"""A letter that came: what it is, whose it is, where it belongs, and how it becomes a post."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Channel, Poll, Post, Topic
from folkmoot.conversations.operations import Letterhead, main_channel, reply, start_topic
from folkmoot.conversations.queries import nearest_post, topic_at, topics_by_id, waited_for
from folkmoot.conversations.rendering import KeptFile, keep_file
from folkmoot.doors.mail import addresses, leaks, proof, tokens
from folkmoot.doors.mail.addresses import Mark
from folkmoot.doors.mail.models import HeldLetter, IncomingLetter
from folkmoot.groups.models import Group, Membership
from folkmoot.kit import mime, quotes, subjects
from folkmoot.kit.errors import Refused
from folkmoot.kit.msgid import new_message_id
from folkmoot.store.prepared import Prepared

_CHANNEL = Prepared(
    lambda name, slug: Channel.objects.filter(group__mail_names__local=name, slug=slug).select_related("group"),
    words=True,
)
_OLD_CHANNEL = Prepared(
    lambda name, slug: Channel.objects.filter(old_addresses__local=name, old_addresses__slug=slug).select_related(
        "group"
    ),
    words=True,
)


class Held(Exception):
    """The letter waits for somebody's decision."""

    def __init__(self, reason: HeldLetter.Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Dropped(Exception):
    """The letter ends here; the words are for whoever looks for it."""


class AnswerRefused(Refused):
    """An answer to a meeting that does not count; said also where a program wrote the letter for a person."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a letter's words belong, and whose they are."""

    channel: Channel
    topic: Topic | None
    author: Person


@dataclass(frozen=True, slots=True)
class Arrival:
    """A letter that was read, with what is known about how it came."""

    letter: mime.Letter
    incoming: IncomingLetter
    mark: Mark
    proof: str
    place: Place | None = None  # where its words belong, and whose they are, when that has been looked up
    files: tuple[KeptFile, ...] = ()  # on the disk already
    rendered: tuple[str, int] | None = None  # the body as HTML, and the renderer's version
    ballot: tuple[Poll, tuple[int, ...]] | None = None  # a vote that is all it says


def arrive(incoming: IncomingLetter) -> Arrival:
    """Read a kept letter. Raises `mime.Unreadable` where there is none in it.

    A sender whom one program may read so and another so counts as forged: the mail server may have checked another.
    """
    letter = mime.read(bytes(incoming.letter.raw), envelope_sender=incoming.sender)
    letter = replace(letter, body=leaks.without_secrets(letter.body))
    domain = letter.sender.address.rpartition("@")[2]
    return Arrival(
        letter=letter,
        incoming=incoming,
        mark=addresses.read(incoming.recipient) or Mark(""),
        proof=proof.of(letter.authentication_results, domain)
        if getattr(letter, "sender_is_clear", True)
        else proof.FAIL,
    )


def with_contents(arrival: Arrival) -> Arrival:
    """Keep the letter's files and render its text: what takes time, before the transaction."""
    files = _keep_files(arrival.letter)
    rendered = rendering.render_letter(arrival.letter.body, arrival.letter.markup, files)
    return replace(arrival, files=files, rendered=rendered)


def _keep_files(letter: mime.Letter) -> tuple[KeptFile, ...]:
    return tuple(
        keep_file(one.name, one.content, said_kind=one.kind, content_id=one.content_id, is_inline=one.is_inline)
        for one in letter.attached
        if not leaks.holds_secrets(one.kind, one.content)
    )


def say(
    arrival: Arrival,
    channel: Channel,
    topic: Topic | None,
    *,
    author: Person,
    vouched_by: Actor | None = None,
    is_confirmed: bool = False,
) -> str:
    """Make the letter a post of the author's; one that a moderator vouches for, under a new id if its own is taken."""
    letter = arrival.letter
    parents = [one for one in letter.parents if one != letter.message_id]
    known = topics_by_id(channel, [letter.message_id, *parents])
    here = known.get(letter.message_id)
    twin = Post.objects.filter(channel=channel, message_id=letter.message_id).first() if here else None
    if twin is not None and _is_same(twin, letter, author):
        return "came before"
    if twin is not None and vouched_by is None:
        raise Held(HeldLetter.Reason.SAME_ID)
    answered = next((known[one] for one in parents if one in known), None)
    if answered is None and twin is None and waited_for(here, letter.date):
        answered = here
    topic = topic or answered
    message_id = new_message_id(settings.HOST) if twin else letter.message_id
    is_proven = is_confirmed or arrival.proof == proof.PASS or signer(arrival, channel.group) == author
    head = _letterhead(arrival, parents, message_id=message_id, is_proven=is_proven)
    said: dict[str, Any] = {"author": author, "body": letter.body, "markup": letter.markup, "via": "mail"}
    said |= {"letterhead": head, "vouched_by": vouched_by}
    if topic is not None:
        return f"post {reply(topic, answers=nearest_post(topic, parents), **said).pk}"
    names = (channel.group.name, channel.group.slug)
    title = subjects.base_subject(letter.subject, tags=names) or letter.subject
    return f"topic {start_topic(channel, title=title, **said).pk}"


def _letterhead(arrival: Arrival, parents: Sequence[str], *, message_id: str, is_proven: bool) -> Letterhead:
    return Letterhead(
        message_id=message_id,
        references=tuple(reversed(parents)),
        said_at=arrival.letter.date,
        title=arrival.letter.subject,
        files=arrival.files,
        rendered=arrival.rendered,
        is_proven=is_proven,
    )


def _is_same(post: Post, letter: mime.Letter, author: Person) -> bool:
    return post.author_id == author.pk and post.body.split() == letter.body.replace("\x00", "").split()


def own_words(letter: mime.Letter) -> str:
    """What the sender says: no quotes, no signature, nothing forwarded."""
    own = [block for block in quotes.blocks(letter.body) if block.kind == "own"]
    return "\n".join("\n".join(block.lines) for block in own).strip()


def group_of(mark: Mark) -> Group:
    """The group of an address; raises Refused where there is none."""
    group = addresses.group_of(mark)
    if group is None:
        raise Refused(_("There is no such group here."))
    return group


def destination(mark: Mark) -> tuple[Channel, Topic | None]:
    """Find the channel that an address names, and the topic where it names one."""
    if number := addresses.topic_number(mark):
        topic = topic_at(mark.name, number)
        if topic is None:
            raise Refused(_("There is no such conversation here."))
        return topic.channel, topic
    invited = tokens.invited(mark.token) if mark.verb == "rsvp" else None
    if invited is not None and invited[0].topic is not None:
        return invited[0].topic.channel, invited[0].topic
    if (channel := addresses.channel_of_poll(mark)) is not None:
        return channel, None
    slug = "" if mark.verb in addresses.SIGNED else mark.verb
    if (channel := _OLD_CHANNEL.first(mark.name, slug) or _CHANNEL.first(mark.name, slug)) is not None:
        return channel, None
    group = group_of(mark)
    if slug:
        raise Refused(_("There is no such channel here."))
    return main_channel(group), None


def followed(place: tuple[Channel, Topic | None], letter: mime.Letter) -> tuple[Channel, Topic | None]:
    """Where a letter belongs when the conversation that it answers has been moved away from where it was sent to."""
    channel, topic = place
    if topic is not None:
        return place
    named = [letter.message_id, *letter.parents]
    known = topics_by_id(channel, named)
    nearest = next((known[one] for one in named if one in known), None)
    if nearest is None or nearest.channel_id == channel.pk:
        return place
    return nearest.channel, nearest


def author_in(group: Group, address: str) -> Person | None:
    """The person who has proven this address, or for whom one who runs the group has vouched."""
    if not address:
        return None
    proven = Person.objects.at(address)
    if proven is not None:
        return proven
    vouched = Membership.objects.current().filter(group=group, address__email=address).select_related("person")
    return next((found.person for found in vouched[:1]), None)


def signer(arrival: Arrival, group: Group) -> Person | None:
    """The person whose signed address a letter came to.

    That of an invitation is told to calendars, which hand it on: it says who answers, and whose words these are only
    where the sender says the same.
    """
    found = addresses.signer(arrival.mark, group)
    if found is None or arrival.mark.verb != "rsvp":
        return found
    if arrival.proof == proof.FAIL or author_in(group, arrival.letter.sender.address) != found:
        return None
    return found
