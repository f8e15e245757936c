"""A post as list mail: made once, with header lines of its own for each reader."""

from collections.abc import Sequence
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.template.loader import render_to_string

from folkmoot.conversations import rendering
from folkmoot.conversations.models import Attachment, Channel, Post
from folkmoot.doors.mail import addresses, ballots, tokens
from folkmoot.doors.mail.transport import Copy, Sheet
from folkmoot.groups.models import Group, Membership
from folkmoot.store import files

MOST_REFERENCES = 20  # the first and the last; longer lines break mail programs
MOST_ATTACHED = 5 * 1024 * 1024  # bytes of files that go along; more stays on the web, linked


def with_all(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Load with posts what their letters say."""
    attached = Prefetch("attachments", Attachment.objects.select_related("file").order_by("pk"))
    posts = posts.select_related("topic", "channel__group", "author", "answers", "poll")
    return posts.prefetch_related(attached, "poll__choices")


def sheet(post: Post) -> Sheet:
    """Return what all copies of a post have in common. The post has all that `with_all` loads at hand."""
    message = EmailMessage(policy=SMTP)
    attached = list(post.attachments.all())
    goes_along = sum(one.file.size for one in attached) <= MOST_ATTACHED
    _set_text(message, post, linked=[] if goes_along else attached)
    for one in attached if goes_along else []:
        _attach(message, one)
    return Sheet(_plain_fields(post) + message.as_bytes(), gap=_gap(post).encode())


def copy(sheet: Sheet, post: Post, group: Group, *, membership_id: int, address: str) -> Copy:
    """Return one member's copy: a way out of their own (RFC 8058) and a return path that names them (VERP)."""
    own = ways_out(group, membership_id)
    if hasattr(post, "poll") and ballots.takes_letters(post.poll):
        own += f"Reply-To: {addresses.of_poll(group, membership_id, post.poll.pk)}\r\n"
    elif group.proof == Group.Proof.SIGNED:
        own += f"Reply-To: {addresses.signed(group, membership_id)}\r\n"
    sender = addresses.return_path(group, membership_id, post.pk)
    mute = f"{settings.SITE}/mail/mute/=\r\n{tokens.mute_token(membership_id, post.topic_id)}"  # a soft line break
    return Copy(sender=sender, recipient=address, sheet=sheet, own=own.encode(), fill=mute.encode())


def ways_out(group: Group, membership_id: int) -> str:
    """The header lines by which a member's mail program leaves with one click (RFC 8058)."""
    leave = f"{settings.SITE}/mail/leave/{tokens.leave_token(membership_id)}"
    return (
        f"List-Unsubscribe: <{leave}>, <mailto:{addresses.of_group(group, 'leave')}>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )


def copies(sheet: Sheet, post: Post, memberships: list[Membership]) -> list[Copy]:
    group = post.channel.group
    return [
        copy(sheet, post, group, membership_id=one.pk, address=one.address.email) for one in memberships if one.address
    ]


def list_id(group: Group, channel_slug: str = "") -> str:
    """The list's name for filters (RFC 2919), the same for good."""
    inner = f"{channel_slug}." if channel_slug else ""
    return f"{inner}{group.list_name}.{settings.HOST}"


def _subject(post: Post) -> str:
    first = post.topic.post_count <= 1
    return post.title if first or post.via == "mail" else f"Re: {post.topic.title}"


def references(post: Post) -> list[str]:
    """The Message-IDs that lead to a post, oldest first. One written at a topic's end answers the topic's beginning."""
    known = post.references.split()
    if post.answers is not None:
        known = [one for one in known if one != post.answers.message_id] or post.answers.references.split()
        known.append(post.answers.message_id)
    elif not known:
        first = Post.objects.filter(topic=post.topic_id).in_order().values_list("message_id", flat=True)[0]
        known = [first] if first != post.message_id else []
    known = [one for one in known if _is_plain(one)]
    return known if len(known) <= MOST_REFERENCES else [known[0], *known[1 - MOST_REFERENCES :]]


def _plain_fields(post: Post) -> bytes:
    """Say whose post this is, what it answers (RFC 5322, 3.6), and which list."""
    group, answered = post.channel.group, references(post)
    address = addresses.of_channel(post.channel)
    fields = {
        "Date": [format_datetime(post.said_at or post.posted_at)],
        "From": mailbox(f"{post.byline} via {group.name}", address),
        "To": mailbox(group.name, address),
        "Subject": words(_subject(post)),
        "Message-ID": [post.message_id],
        "In-Reply-To": answered[-1:],
        "References": answered,
        "Archived-At": [f"<{addresses.archived_at(post)}>"],
    }
    return header(fields | list_fields(post.channel))


def list_fields(channel: Channel) -> dict[str, list[str]]:
    """Say which list a letter is of (RFC 2369, 2919, 5064)."""
    group, list_name = channel.group, list_id(channel.group, channel.slug)
    return {
        "List-Id": [f"<{list_name}>"],
        "List-Post": [f"<mailto:{addresses.of_channel(channel)}>"],
        "List-Help": [f"<mailto:{addresses.of_group(group, 'help')}>"],
        "List-Subscribe": [f"<mailto:{addresses.of_group(group, 'join')}>"],
        "List-Owner": [f"<mailto:{addresses.of_group(group, 'owner')}>"],
        "List-Archive": [f"<{settings.SITE}{group.get_absolute_url()}/topics>"],
        "Precedence": ["list"],
        "X-Folkmoot-Loop": [list_name],
    }


def header(fields: dict[str, list[str]]) -> bytes:
    """Return header fields as lines; those without a value are left out.

    All of it is plain, the email package takes longer over these than over all the rest, and it encodes identifiers
    that are long, which mail programs then don't know again.
    """
    return b"".join(_field(name, values) for name, values in fields.items() if values)


def mailbox(name: str, address: str) -> list[str]:
    if name.isascii():
        return [formataddr((name, address))]
    return [*words(name), f"<{address}>"]


def words(text: str) -> list[str]:
    """Running text in lines that a header can have (RFC 5322, 2.2.3), in encoded words where need be (RFC 2047)."""
    return Header(text, header_name="Subject").encode(linesep="\n").split("\n ")


def _field(name: str, values: Sequence[str]) -> bytes:
    """One header field, a line for each value; raises ValueError for what would be more than that."""
    if not all(map(_is_plain, values)):
        raise ValueError(f"not plain enough for {name}: {values!r}")
    folded = "\r\n ".join(values)
    return f"{name}: {folded}\r\n".encode()


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _set_text(message: EmailMessage, post: Post, *, linked: Sequence[Attachment]) -> None:
    context = {"post": post, "group": post.channel.group, "linked": linked}
    context |= {"site": settings.SITE, "url": addresses.archived_at(post), "mute": _gap(post)}
    context["poll"] = ballots.in_letter(post.poll) if hasattr(post, "poll") else None
    context["html"] = rendering.for_letter(post.html, settings.SITE)
    message.set_content(render_to_string("mail/post.txt", context), cte="quoted-printable")
    message.add_alternative(render_to_string("mail/post_letter.html", context), subtype="html", cte="quoted-printable")


def _gap(post: Post) -> str:
    """Where each copy has its reader's own address for muting. Nobody can guess it and write it into a post."""
    return f"@{tokens.mute_token(0, post.pk)}@"


def _attach(message: EmailMessage, one: Attachment) -> None:
    main, _, sub = one.file.kind.partition("/")
    if main in {"message", "multipart"} or not sub:
        main, sub = "application", "octet-stream"  # these must not be encoded as files are (RFC 2046, 5.2.1)
    content = files.where(one.file.sha256).read_bytes()
    message.add_attachment(content, maintype=main, subtype=sub, filename=one.name)
