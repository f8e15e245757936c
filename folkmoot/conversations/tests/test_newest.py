"""The newest topics of many channels, which are read off an index."""

from datetime import timedelta

from django.utils.timezone import now

from folkmoot.conversations.models import Channel, Topic
from folkmoot.conversations.operations import main_channel
from folkmoot.conversations.queries import newest
from tests import make


def talks(number, *hours):
    """A channel with topics that were talked in so many hours ago."""
    channel = main_channel(make.group(slug=f"g{number}"))
    at = now()
    Topic.objects.bulk_create(
        Topic(channel=channel, title=f"{number} {one}", last_post_at=at - timedelta(hours=one)) for one in hours
    )
    return channel


def test_they_are_the_same_as_those_of_all_sorted():
    channels = [
        talks(1, *range(1, 40)), talks(2, 2.5, 100, 200), talks(3), talks(4, 0.5), talks(5, *range(50, 60)),
    ]  # fmt: skip
    keys = [one.pk for one in channels]

    for most in (1, 2, 3, 6, 20, 50, 500):
        for some in (keys, keys[:1], keys[1:3], keys[2:3], []):
            expected = Topic.objects.filter(channel__in=some).newest_first()[:most]
            assert list(newest(some, most)) == list(expected)


def test_a_busy_channel_is_not_read_whole(django_assert_num_queries):
    busy, quiet = talks(1, *range(300)), talks(2, 5000)

    with django_assert_num_queries(3):
        found = list(newest([busy.pk, quiet.pk], 10))

    assert len(found) == 10
    assert {one.channel_id for one in found} == {busy.pk}
    assert Channel.objects.count() == 2
