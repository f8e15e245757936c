import pytest

from folkmoot.conversations.models import Mention, Post
from folkmoot.conversations.operations import render_again
from folkmoot.kit import letters, markdown
from tests import make


@pytest.fixture
def posts():
    """One of the web, one letter, both of an older renderer; and one that is as new as can be."""
    topic = make.topic(make.group(make.person("Ann")), body="*new*")
    old, letter = make.post(topic, body="*web* @ann"), make.post(topic, body="*mail*", via="mail")
    Post.objects.filter(pk=old.pk).update(html="old", html_version=markdown.VERSION - 1)
    Post.objects.filter(pk=letter.pk).update(html="old", html_version=letters.VERSION - 1)
    return list(Post.objects.order_by("pk"))


def test_what_an_older_renderer_made_is_rendered_again_and_nothing_else(posts):
    new, old, letter = posts

    assert list(render_again()) == [2]

    assert [(post.html, post.html_version, post.version) for post in Post.objects.order_by("pk")] == [
        (new.html, markdown.VERSION, new.version),
        ('<p><em>web</em> <a class="mention" href="/people/ann">@ann</a></p>\n', markdown.VERSION, old.version + 1),
        ("<p><em>mail</em></p>\n", letters.VERSION, letter.version + 1),
    ]
    assert Mention.objects.count() == 1
    assert list(render_again()) == []


def test_it_goes_on_where_it_was_stopped(posts):
    first = next(iter(render_again(batch=1)))
    assert first == 1
    assert Post.objects.filter(html="old").count() == 1

    assert list(render_again(batch=1)) == [1]

    assert not Post.objects.filter(html="old").exists()


def test_one_group_alone(posts):
    other = make.group(slug="other", owner=make.person("Olaf"))

    assert list(render_again(other)) == []
    assert Post.objects.filter(html="old").count() == 2
