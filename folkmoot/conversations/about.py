"""What a conversation tells search engines: the question, the answer and who said them, after schema.org.

Only for strangers' pages, which are kept whole; whoever is signed in is no search engine.
"""

import html
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from folkmoot.conversations.models import Channel, Post, Topic
from folkmoot.groups.models import Group
from folkmoot.web.about import About, with_page

MOST = 10  # posts beside the first one
LONGEST, LONGEST_OTHER = 5_000, 1_000  # characters of the first post, and of others


def of_topic(topic: Topic, page: int) -> About:
    """The first page says what the conversation is; the others say only where they are."""
    path = topic.get_absolute_url()
    posts = _posts(topic) if page == 1 else []
    words = Truncator(_text(posts[0], LONGEST)).chars(200) if posts else ""
    data = {} if not posts else _question(topic, posts) if topic.answer_id else _posting(topic, posts)
    return About(with_page(path, page), topic.title, words, "article", f"/topics/{topic.pk}/feed.atom", data)


def of_board(group: Group, channel: Channel | None, page: int) -> About:
    """Of a group's board, or of one channel's."""
    if channel is not None:
        path, title, words = channel.get_absolute_url(), f"{channel.label} · {group.name}", channel.purpose
        return About(with_page(path, page), title, words, feed=f"{path}/feed.atom")
    path, title = f"{group.get_absolute_url()}/topics", _("Talk in %(group)s") % {"group": group.name}
    words = Truncator(group.purpose).chars(200)
    return About(with_page(path, page), title, words, feed=f"{group.get_absolute_url()}/feed.atom")


def _posts(topic: Topic) -> list[Post]:
    """The first ones, and the answer wherever it stands."""
    there = topic.posts.filter(removed_at=None).select_related("author")
    posts = list(there.in_order()[: MOST + 1])
    if topic.answer_id and topic.answer_id not in {post.pk for post in posts}:
        posts += there.filter(pk=topic.answer_id)
    return posts


def _posting(topic: Topic, posts: Sequence[Post]) -> dict[str, Any]:
    first, *others = posts
    return {
        "@type": "DiscussionForumPosting",
        "headline": topic.title[:110],
        "url": f"{settings.SITE}{topic.get_absolute_url()}",
        **_said(first, LONGEST),
        "commentCount": topic.post_count - 1,
        "comment": [{"@type": "Comment", **_said(post, LONGEST_OTHER), "url": _address(post)} for post in others],
    }


def _question(topic: Topic, posts: Sequence[Post]) -> dict[str, Any]:
    first, *others = posts
    answers = {post.pk: {"@type": "Answer", **_said(post, LONGEST), "url": _address(post)} for post in others}
    accepted = answers.pop(topic.answer_id or 0, None)
    question = {
        "@type": "Question",
        "name": topic.title,
        **_said(first, LONGEST),
        "answerCount": max(topic.post_count - 1, len(answers) + bool(accepted)),
        "suggestedAnswer": list(answers.values()),
    }
    return {"@type": "QAPage", "mainEntity": question | ({"acceptedAnswer": accepted} if accepted else {})}


def _said(post: Post, longest: int) -> dict[str, Any]:
    author = {"@type": "Person", "name": post.author_name}
    if not post.is_anonymous:
        author["url"] = f"{settings.SITE}{post.author.get_absolute_url()}"
    return {"author": author, "datePublished": post.posted_at.isoformat(), "text": _text(post, longest)}


def _address(post: Post) -> str:
    return f"{settings.SITE}{post.get_absolute_url()}"


def _text(post: Post, longest: int) -> str:
    return Truncator(" ".join(html.unescape(strip_tags(post.html)).split()) or post.title).chars(longest)
