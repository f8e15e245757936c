"""What our addresses mean: `group@`, `group+channel@`, `group+verb@`, `group+verb-token@`, and the host's duties."""

import re
from dataclasses import dataclass

from django.conf import settings

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, OldChannel, Post, Topic
from folkmoot.doors.mail import tokens
from folkmoot.groups.models import Group, MailName, Membership, Responsibility
from folkmoot.kit import signing
from folkmoot.meetings.models import Approval, Meeting

DUTIES = frozenset({"postmaster", "abuse", "webmaster", "hostmaster", "security", "root"})  # reach the administrators
VERBS = frozenset({"join", "leave", "owner", "help", "report", "rsvp", "subscribe", "unsubscribe"})
SIGNED = frozenset({"r", "rsvp", "vote"})  # a letter there is of the person whom its token names
TOKEN_VERBS = frozenset({"approve", "bounces", "confirm", "dates"}) | SIGNED  # followed by "-" and a token


@dataclass(frozen=True, slots=True)
class Mark:
    """An address of ours, taken apart: the name before the "+", what follows it, and the token of that."""

    name: str
    verb: str = ""
    token: str = ""


def read(recipient: str) -> Mark | None:
    """Take an address apart; None when it is of another host."""
    local, _, host = recipient.lower().rpartition("@")
    if host != settings.HOST.lower():
        return None
    name, _, detail = local.partition("+")
    verb, _, token = detail.partition("-")
    if verb in TOKEN_VERBS and token:
        return Mark(name, verb, token)
    return Mark(name, detail)


def is_ours(recipient: str) -> bool:
    """Whether somebody or something takes letters to this address."""
    mark = read(recipient)
    if mark is None:
        return False
    if mark.name in DUTIES:
        return not mark.verb
    return MailName.objects.filter(local=mark.name).exclude(group=None).exists() and (not mark.verb or _takes(mark))


def _takes(mark: Mark) -> bool:
    if mark.token or mark.verb in VERBS or topic_number(mark):
        return True
    of_channel = Channel.objects.filter(group__mail_names__local=mark.name, slug=mark.verb)
    was_there = OldChannel.objects.filter(local=mark.name, slug=mark.verb)
    return of_channel.exists() or was_there.exists() or responsibility_of(mark) is not None


def takes_posts(mark: Mark) -> bool:
    """Whether a letter there would be said to the group, and not ask for something."""
    return (mark.verb not in VERBS | TOKEN_VERBS or mark.verb in SIGNED) and responsibility_of(mark) is None


def group_of(mark: Mark) -> Group | None:
    """Find the group of an address, by its name of today or an older one."""
    return Group.objects.filter(mail_names__local=mark.name).first()


def responsibility_of(mark: Mark) -> Responsibility | None:
    """Find the duty whose shared address this is, by its group's name of today or an older one."""
    if not mark.verb or mark.token:
        return None
    duties = Responsibility.objects.current().filter(group__mail_names__local=mark.name, slug=mark.verb)
    return duties.select_related("group", "holder__person", "holder__address", "deputy__address").first()


def takes_address(group: Group, word: str) -> bool:
    """Whether `group+word@` means something to this door."""
    verb = word.partition("-")[0]
    return word in VERBS | DUTIES or verb in TOKEN_VERBS or bool(topic_number(Mark("", word)))


def topic_number(mark: Mark) -> int:
    """Return the number in `group+t123@`; 0 where the address is of another kind."""
    return int(mark.verb[1:]) if re.fullmatch(r"t[0-9]{1,15}", mark.verb) else 0


def of_host(duty: str) -> str:
    """The address of one of the host's duties, which reaches the administrators."""
    return f"{duty}@{settings.HOST}"


def of_group(group: Group, detail: str = "") -> str:
    return f"{group.slug}+{detail}@{settings.HOST}" if detail else f"{group.slug}@{settings.HOST}"


def of_channel(channel: Channel) -> str:
    return of_group(channel.group, channel.slug)


def of_topic(topic: Topic) -> str:
    return of_group(topic.channel.group, f"t{topic.pk}")


def signed(group: Group, membership_id: int) -> str:
    """The address that only this member knows: a letter to it is theirs."""
    return of_group(group, "r-" + signing.sign(_key(), "reply", membership_id))


def of_poll(group: Group, membership_id: int, poll_id: int) -> str:
    """The address at which only this member answers this poll's letter: with a vote, or with words."""
    return of_group(group, "vote-" + signing.sign(_key(), "vote", membership_id, poll_id))


def return_path(group: Group, membership_id: int, post_id: int) -> str:
    """Where the bounce of one copy goes, so that it names the member and the post (VERP)."""
    return of_group(group, "bounces-" + signing.sign(_key(), "bounce", membership_id, post_id))


def answering(meeting: Meeting, person_id: int) -> str:
    """Where one person's answer to a meeting goes: it is the organizer of the invitation in their calendar."""
    return of_group(meeting.group, f"rsvp-{tokens.rsvp_token(meeting.pk, person_id)}")


def signer(mark: Mark, group: Group) -> Person | None:
    """The person whose signed address this is: a member's, or the one of an invitation."""
    if mark.verb == "rsvp":
        found = tokens.invited(mark.token)
        return found[1] if found is not None and found[0].group_id == group.pk else None
    numbers = _signed(mark)
    if not numbers:
        return None
    member = Membership.objects.current().filter(pk=numbers[0], group=group, person__is_active=True)
    return next((found.person for found in member.select_related("person")), None)


def poll_number(mark: Mark) -> int:
    """The number of the poll that an address is for; 0 where it is for none."""
    numbers = _signed(mark) if mark.verb == "vote" else None
    return numbers[1] if numbers and len(numbers) == 2 else 0


def channel_of_poll(mark: Mark) -> Channel | None:
    """Where the words of a letter belong that answers a poll's letter."""
    number = poll_number(mark)
    return Channel.objects.filter(posts__poll=number).select_related("group").first() if number else None


def _signed(mark: Mark) -> tuple[int, ...] | None:
    purpose = {"r": "reply", "vote": "vote"}.get(mark.verb)
    return signing.unsign(_key(), purpose, mark.token) if purpose else None


def bounced(mark: Mark) -> tuple[int, int] | None:
    """The membership and the post that a return address names."""
    numbers = signing.unsign(_key(), "bounce", mark.token) if mark.verb == "bounces" else None
    return (numbers[0], numbers[1]) if numbers and len(numbers) == 2 else None


def approving(approval: Approval, version: int) -> str:
    """Where a letter goes that says whether this version of the minutes is right.

    It says who was asked, not who answers: the letter may have been handed on. See `approvals`.
    """
    token = signing.sign(_key(), "approve", approval.pk, version)
    return of_group(approval.minutes.meeting.group, f"approve-{token}")


def asked_to_approve(mark: Mark) -> tuple[Approval, int] | None:
    """Who is asked by an address of ours, and about which version of the minutes."""
    numbers = signing.unsign(_key(), "approve", mark.token) if mark.verb == "approve" else None
    if numbers is None or len(numbers) != 2:
        return None
    asked = Approval.objects.filter(pk=numbers[0], person__is_active=True)
    approval = asked.select_related("person", "minutes__meeting__group").first()
    return (approval, numbers[1]) if approval else None


def archived_at(post: Post) -> str:
    return f"{settings.SITE}{post.get_absolute_url()}"


def _key() -> bytes:
    return settings.SECRET_KEY.encode()
