from django.urls import path

from folkmoot.doors.feeds import views

urlpatterns = [
    path("g/<slug:slug>/feed.atom", views.group_feed, name="group_feed"),
    path("g/<slug:slug>/channels/<slug:channel>/feed.atom", views.channel_feed, name="channel_feed"),
    path("topics/<int:topic_id>/feed.atom", views.topic_feed, name="topic_feed"),
    path("search/feed.atom", views.search_feed, name="search_feed"),
    path("settings/feeds", views.feeds, name="feeds"),
    path("settings/feeds/key", views.key, name="feed_key"),
    path("settings/feeds/key/remove", views.key_remove, name="feed_key_remove"),
]
