"""Random small forests of groups: whoever may read finds it by every door, and nobody else by any."""

import re
from functools import cache

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import Phase, given, settings

from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.conversations.models import Channel
from folkmoot.doors.mail.tests.at_the_door import gone_out
from folkmoot.groups.models import Group, Membership
from folkmoot.groups.rules import is_denied
from folkmoot.groups.tests.test_why import READ, forests, plant
from folkmoot.groups.why import why
from folkmoot.outbox.relay import drain
from tests import make

MOST = 5  # forests: each takes a second


class Undone(Exception):
    pass


@pytest.mark.timeout(300)
def test_who_may_read_finds_it_by_every_door_and_nobody_else_by_any():
    people = [make.person(name) for name in ("Ann", "Bob", "Eve")]
    groups = [make.group(slug=f"group-{n}") for n in range(4)]
    topics = {group: make.topic(group, title=f"Wombat {group.slug}") for group in groups}
    clients = [(None, Client()), *((person, make.signed_in(Client(), person)) for person in people)]
    drain(SUBSCRIBERS)  # so that search knows them

    @settings(max_examples=MOST, phases=[Phase.explicit, Phase.generate])
    @given(forests)
    def each(forest):
        try:
            with transaction.atomic():
                plant(forest, people, groups)
                for person, client in clients:
                    compare(person, client, topics)
                compare_letters(people, topics)
                raise Undone
        except Undone:
            pass

    each()


def compare(person, client, topics):
    """The set that `why` explains is the one of the queryset, and of each door that this person can come by."""
    explained = {group for group in topics if why(person, READ, Group.objects.get(pk=group.pk)).holds}
    assert {one.group for one in Channel.objects.visible_to(person).select_related("group")} == explained
    assert {group for group in topics if client.get(topics[group].get_absolute_url()).status_code == 200} == explained
    assert {group for group in topics if is_in_feed(client, topics[group])} == explained
    assert named(topics, client.get("/search", {"q": "wombat"})) == explained
    assert named(topics, client.get("/search/feed.atom", {"q": "wombat"})) == explained
    if person is None:
        parts = client.get("/sitemap.xml").content.decode()
        assert set(re.findall(r"/sitemap/(group-\d)/", parts)) == {group.slug for group in explained}


def compare_letters(people, topics):
    """A post goes by mail to those members who may read it; not to whom that is denied, though strangers may."""
    for person in people:
        Membership.objects.filter(person=person).update(address=person.addresses.get())
    gone_out()
    for topic in topics.values():
        make.post(topic, body="Wombats by mail")
    got = {(copy.recipient, slug) for copy in gone_out() for slug in re.findall(rb"<(group-\d)\.", copy.letter)[:1]}
    expected = {
        (f"{person.name.lower()}@example.org", group.slug.encode())
        for person in people
        for group in topics
        if group.memberships.current().filter(person=person).exists()
        and why(person, READ, Group.objects.get(pk=group.pk)).holds
        and not is_denied(person, READ, group)
    }
    assert {one for one in got if not one[0].startswith("olga")} == expected


def is_in_feed(client, topic):
    answer = client.get(f"/g/{topic.channel.group.slug}/feed.atom")
    assert answer.status_code in {200, 404}
    return topic.title in answer.content.decode()


def named(topics, answer):
    """The groups whose conversation, or a post in it, an answer leads to."""
    page = answer.content.decode()
    return {one for one, topic in topics.items() if any(f'{to}"' in page for to in addresses_of(topic))}


@cache
def addresses_of(topic):
    return [topic.get_absolute_url(), topic.posts.in_order()[0].get_absolute_url()]
