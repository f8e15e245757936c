"""The bare page: three queries, fifty rows, Jinja2; no session, no permissions, nothing kept between requests."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from folkmoot.conversations.models import Post, Topic
from folkmoot.groups.models import Group


def page(request: HttpRequest, topic_id: int) -> HttpResponse:
    topic = Topic.objects.only("title", "channel_id").get(pk=topic_id)
    group = Group.objects.only("name").get(channels=topic.channel_id)
    shown = ("posted_at", "html", "author__name", "author__handle")
    posts = Post.objects.filter(topic=topic).select_related("author").only(*shown).order_by("posted_at", "pk")
    return render(request, "page.html", {"topic": topic, "group": group, "posts": posts[:50]})


urlpatterns = [path("topics/<int:topic_id>", page)]
