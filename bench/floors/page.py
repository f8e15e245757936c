"""The bare page: three queries, fifty rows, Jinja2; no session, no permissions, nothing kept. And a bare insert."""

import secrets

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from folkmoot.conversations.models import Post, Topic
from folkmoot.groups.models import Group


def page(request: HttpRequest, topic_id: int) -> HttpResponse:
    if request.method == "POST":
        return insert(request, topic_id)
    topic = Topic.objects.only("title", "channel_id").get(pk=topic_id)
    group = Group.objects.only("name").get(channels=topic.channel_id)
    shown = ("posted_at", "html", "author__name", "author__handle")
    posts = Post.objects.filter(topic=topic).select_related("author").only(*shown).order_by("posted_at", "pk")
    return render(request, "page.html", {"topic": topic, "group": group, "posts": posts[:50]})


def insert(request: HttpRequest, topic_id: int) -> HttpResponse:
    body, key = request.POST["body"], secrets.token_hex(16)
    with transaction.atomic():
        topic = Topic.objects.get(pk=topic_id)
        fields = {"title": topic.title, "body": body, "html": body, "via": "bench", "message_id": f"<{key}@bench>"}
        Post.objects.create(topic=topic, channel_id=topic.channel_id, author_id=1, **fields)
    return redirect("/")


urlpatterns = [path("topics/<int:topic_id>", page)]
