import pytest

from folkmoot.conversations.models import Post, Reaction
from folkmoot.conversations.operations import react, take_back, unreact
from folkmoot.conversations.reactions import was_active
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def post(ann):
    return make.topic(make.group(ann)).posts.get()


def kept():
    return list(Reaction.objects.values_list("person__name", "kind"))


def version(post):
    return Post.objects.get(pk=post.pk).version


def happened():
    return list(Event.objects.filter(kind__startswith="reaction.").values_list("kind", flat=True))


def test_a_reaction_is_kept_once_and_the_post_looks_different(post, ann):
    react(post, "thanks", by=ann, via="web")
    react(post, "thanks", by=ann, via="web")

    assert kept() == [("Ann", "thanks")]
    assert version(post) == post.version + 1
    assert happened() == ["reaction.added"]


def test_somebody_may_say_several_things_and_take_one_back(post, ann):
    react(post, "thanks", by=ann, via="web")
    react(post, "works", by=ann, via="web")

    unreact(post, "thanks", by=ann, via="web")
    unreact(post, "thanks", by=ann, via="web")

    assert kept() == [("Ann", "works")]
    assert version(post) == post.version + 3
    assert happened() == ["reaction.added", "reaction.added", "reaction.removed"]


def test_nobody_thanks_themselves_nor_from_outside_nor_for_what_was_taken_back(post, ann):
    for person in (post.author, make.person("Eve")):
        with pytest.raises(NotAllowed):
            react(post, "thanks", by=person, via="web")
    take_back(post, by=post.author, via="web")
    with pytest.raises(NotAllowed):
        react(post, "thanks", by=ann, via="web")

    assert (kept(), happened()) == ([], [])


def test_there_are_only_so_many_kinds(post, ann):
    with pytest.raises(Refused):
        react(post, "boo", by=ann, via="web")

    assert kept() == []


def test_who_writes_or_reacts_is_active_in_the_group():
    ann, bob = make.person("Ann"), make.person("Bob")
    group = make.group(ann, bob)
    post = make.post(make.topic(group, author=ann), author=ann)
    react(post, "thanks", by=bob, via="web")

    for event in Event.objects.filter(kind__in=["post.added", "reaction.added"]):
        was_active(event)

    active = dict(group.memberships.exclude(active_at=None).values_list("person__name", "active_by"))
    assert active == {"Ann": "spoke", "Bob": "reacted"}
