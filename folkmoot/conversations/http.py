"""What the pages of conversations share."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from folkmoot.accounts.http import reader
from folkmoot.accounts.models import Person
from folkmoot.conversations import unread
from folkmoot.conversations.models import OldTopic, Post, StoredFile, Topic
from folkmoot.conversations.rules import can_moderate_topics
from folkmoot.groups.http import standing
from folkmoot.groups.models import Group
from folkmoot.store import files
from folkmoot.store.prepared import Prepared

_TOPIC = Prepared(lambda key: Topic.objects.filter(pk=key).select_related("channel__group"))
_TOPIC_READ = Prepared(
    lambda key, person: unread.as_read_by(Topic.objects.filter(pk=key).select_related("channel__group"), person)
)

Page = Callable[..., HttpResponse]


def readable(request: HttpRequest, topic_id: int) -> Topic | None:
    """The same as Topic.objects.readable_by, decided by the standing that is kept: these pages have to be quick."""
    person = reader(request)
    topic = _TOPIC_READ.first(topic_id, person.pk) if person else _TOPIC.first(topic_id)
    if topic and "topics.read" in standing(topic.channel.group, person).permissions:
        return topic
    return None


def readable_post(request: HttpRequest, post_id: int, *, past: bool = False) -> Post:
    """Load a post that the reader may read; 404 otherwise. Its past words too only if they may read those."""
    posts = Post.objects.visible_to(reader(request)).select_related("topic__channel__group", "channel__group", "author")
    post = posts.filter(pk=post_id).first()
    if post is None or (past and post.removed_at and not can_moderate_topics(reader(request), post.channel.group)):
        raise Http404
    return post


def of_topic(view: Page) -> Page:
    """Load the topic of the address, or the one that it has become part of; what one may not read answers 404."""

    @wraps(view)
    def wrapped(request: HttpRequest, topic_id: int, **more: Any) -> HttpResponse:
        topic = readable(request, topic_id)
        if topic is None:
            became = OldTopic.objects.filter(number=topic_id).first()
            topic = readable(request, became.topic_id) if became else None
        if topic is None:
            raise Http404
        with timezone.override(topic.channel.group.time_zone):
            return view(request, topic, **more)

    return wrapped


def zone_of(person: Person, group: Group) -> ZoneInfo:
    """The zone in which somebody says when: their own, or else their group's."""
    return ZoneInfo(person.time_zone or group.time_zone)


def handed_out(stored: StoredFile, name: str) -> HttpResponseBase:
    """Hand a kept file out: it is saved and never run; a picture that we drew anew is shown."""
    path = files.where(stored.sha256)
    if not path.exists():
        raise Http404
    kind = stored.kind if stored.is_picture else "application/octet-stream"
    response = FileResponse(path.open("rb"), as_attachment=not stored.is_picture, filename=name, content_type=kind)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
