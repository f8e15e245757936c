from django.urls import path

from folkmoot.conversations import searching, views

urlpatterns = [
    path("g/<slug:slug>/topics", views.topics, name="topics"),
    path("g/<slug:slug>/topics/similar", searching.topics_similar, name="topics_similar"),
    path("g/<slug:slug>/topics/new", views.topic_new, name="topic_new"),
    path("g/<slug:slug>/topics/<int:topic_id>", views.topic),
    path("g/<slug:slug>/topics/<int:topic_id>/<str:title>", views.topic, name="topic"),
    path("topics/<int:topic_id>/unread", views.topic_unread, name="topic_unread"),
    path("topics/<int:topic_id>/replies", views.replies, name="replies"),
    path("posts/<int:post_id>", views.post, name="post"),
    path("files/<slug:sha256>/<str:name>", views.file, name="file"),
]
