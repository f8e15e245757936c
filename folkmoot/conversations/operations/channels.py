"""Which channels a group has."""

import re

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.conversations.models import MAIN, Channel, OldChannel
from folkmoot.conversations.rules import can_run_channels
from folkmoot.groups.models import Group
from folkmoot.groups.names import RESERVED
from folkmoot.groups.operations.history import note
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

MOST_CHANNELS = 50  # of a group: each is a filter of its board
LONGEST_SLUG = 20
CHANGEABLE = frozenset({"name", "purpose", "allows_anonymous", "allows_scheduled"})
# What follows the "+" in a group's address and means something else: a verb, a verb with its token, a topic's number.
TAKEN = re.compile(r"t[0-9]+|(bounces|confirm|r|vote|dates|approve|case|mute)(-.*)?")
NOT_YOURS = _("You can't change the channels of this group.")


def make_channel(group: Group, *, slug: str, by: Actor, via: str, **settings: object) -> Channel:
    """Give a group another channel: a part of its board, with a mail address of its own."""
    slug = slug.strip().lower()
    check_channel_slug(slug)
    settings = _clean(settings)
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)  # two at once must not both be the last
        require(can_run_channels(by, group), NOT_YOURS)
        if group.responsibilities.current().filter(slug=slug).exists():
            raise Refused(_("Letters to “%(slug)s” go to whoever looks after that here.") % {"slug": slug})
        if Channel.objects.filter(group=group, slug=slug).exists():
            raise Refused(_("There is a channel “%(slug)s” already.") % {"slug": slug})
        if OldChannel.objects.filter(local__in=group.mail_names.values("local"), slug=slug).exists():
            raise Refused(_("The name “%(slug)s” still leads to a channel that was here.") % {"slug": slug})
        if group.channels.count() >= MOST_CHANNELS:
            raise Refused(_("%(most)s channels are the most a group can have.") % {"most": MOST_CHANNELS})
        channel: Channel = Channel.objects.create(group=group, slug=slug, **settings)
        record("channel.made", channel, by=by, via=via)
        note(group, "channel.made", by=by, via=via, channel=channel.pk)
    return channel


def change_channel(channel: Channel, *, by: Actor, via: str, **settings: object) -> Channel:
    """Change a channel's name, purpose, and what is allowed in it. Its address stays: mail filters know it."""
    settings = _clean(settings)
    with transaction.atomic():
        channel = (
            Channel.objects.select_for_update(no_key=True, of=("self",)).select_related("group").get(pk=channel.pk)
        )
        require(can_run_channels(by, channel.group), NOT_YOURS)
        before = {key: getattr(channel, key) for key in settings}
        for key, value in settings.items():
            setattr(channel, key, value)
        channel.save(update_fields=list(settings))
        record("channel.changed", channel, by=by, via=via, settings=sorted(settings))
        note(channel.group, "channel.changed", by=by, via=via, channel=channel.pk, before=before)
    return channel


def close_channel(channel: Channel, *, by: Actor, via: str) -> None:
    """Let a channel only be read. The group's own address is never closed."""
    if not channel.slug:
        raise Refused(_("This channel is the group's own address, which stays open."))
    _set_closed(channel, True, by=by, via=via)


def reopen_channel(channel: Channel, *, by: Actor, via: str) -> None:
    """Let people write in a closed channel again."""
    _set_closed(channel, False, by=by, via=via)


def check_channel_slug(slug: str) -> None:
    """Refuse what can't stand after the "+" of a mail address, or means something else there."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug) or len(slug) > LONGEST_SLUG:
        raise Refused(
            _("A channel's address has at most %(most)s small letters, digits and hyphens, like “beginners”.")
            % {"most": LONGEST_SLUG}
        )
    if slug in RESERVED or slug == MAIN or TAKEN.fullmatch(slug):
        raise Refused(_("The name “%(slug)s” has another meaning here. Please choose another.") % {"slug": slug})


def _set_closed(channel: Channel, is_closed: bool, *, by: Actor, via: str) -> None:
    with transaction.atomic():
        channel = (
            Channel.objects.select_for_update(no_key=True, of=("self",)).select_related("group").get(pk=channel.pk)
        )
        require(can_run_channels(by, channel.group), NOT_YOURS)
        if (channel.closed_at is not None) != is_closed:
            Channel.objects.filter(pk=channel.pk).update(closed_at=now() if is_closed else None)
            kind = "channel.closed" if is_closed else "channel.reopened"
            record(kind, channel, by=by, via=via)
            note(channel.group, kind, by=by, via=via, channel=channel.pk)


def _clean(settings: dict[str, object]) -> dict[str, object]:
    unknown = settings.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"not settings of a channel: {sorted(unknown)}")
    lengths = {"name": 80, "purpose": 200}
    return {key: one_line(str(value))[: lengths[key]] if key in lengths else value for key, value in settings.items()}
