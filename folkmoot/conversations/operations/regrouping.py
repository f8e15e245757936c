"""Two groups become one, or one becomes two, with all that was said in them."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations.models import Channel, OldChannel, Post
from folkmoot.conversations.operations.channels import LONGEST_SLUG, MOST_CHANNELS, TAKEN
from folkmoot.conversations.operations.holding import cut_loose
from folkmoot.conversations.rules import can_run_channels
from folkmoot.groups.models import Group
from folkmoot.groups.names import RESERVED
from folkmoot.groups.operations import first_owner, split_off, unite
from folkmoot.kit.errors import Refused, require


def merge_groups(group: Group, *, into: Group, by: Actor, via: str) -> Group:
    """Make a group part of another: its channels stand there, and letters to its old names arrive in them, for good."""
    with transaction.atomic():
        names = list(group.mail_names.values_list("local", flat=True))
        unite(group, into=into, by=by, via=via)
        channels = list(Channel.objects.filter(group=group).in_order())
        if len(channels) + into.channels.count() > MOST_CHANNELS:
            raise Refused(_("%(most)s channels are the most a group can have.") % {"most": MOST_CHANNELS})
        for channel in channels:
            before = channel.slug
            slug = _free_slug(into, before or group.slug)
            name = channel.name or (group.name[:80] if not before else "")
            Channel.objects.filter(pk=channel.pk).update(group=into, slug=slug, name=name)
            _remember(names, before, channel)
        into.refresh_from_db()
    return into


def split_group(
    group: Group,
    *,
    name: str,
    slug: str = "",
    members: Iterable[int] = (),
    channel: Channel | None = None,
    owner: Person | None = None,
    is_below: bool = True,
    by: Actor,
    via: str,
) -> Group:
    """Make some members, a channel with all that was said in it, or both, a group of their own."""
    members = list(members)
    if not members and channel is None:
        raise Refused(_("Choose members or a channel that shall be a group of their own."))
    if channel is not None and (channel.group_id != group.pk or not channel.slug):
        raise Refused(_("Only a channel of this group can become a group, and not the group's own address."))
    with transaction.atomic():
        founder = owner or (by if isinstance(by, Person) else first_owner(group))
        made = split_off(
            group, founder=founder, members=members, by=by, via=via, is_below=is_below, name=name, slug=slug
        )
        if channel is not None:
            require(can_run_channels(by, group), _("You can't change the channels of this group."))
            names = list(group.mail_names.values_list("local", flat=True))
            Channel.objects.filter(pk=channel.pk).update(group=made, slug="", name="")
            _loosen(channel)
            _remember(names, channel.slug, channel)
    return made


def _loosen(channel: Channel) -> None:
    """Cut what ties posts of a channel to posts elsewhere: in another group not even whom one answers may be known."""
    here, there = Q(channel=channel), Q(answers__channel=channel)
    across = Post.objects.exclude(answers=None).filter(here & ~there | ~here & there).values_list("pk", flat=True)
    cut_loose(list(across))


def _remember(names: Iterable[str], slug: str, channel: Channel) -> None:
    """Let letters to where a channel was reach it, and its old page lead to it."""
    for local in names:
        OldChannel.objects.update_or_create(local=local, slug=slug, defaults={"channel": channel})


def _free_slug(group: Group, wish: str) -> str:
    base = wish[:LONGEST_SLUG].strip("-")
    slug, number = base, 2
    while slug in RESERVED or TAKEN.fullmatch(slug) or Channel.objects.filter(group=group, slug=slug).exists():
        slug = f"{base[: LONGEST_SLUG - 4].strip('-')}-{number}"
        number += 1
    return slug
