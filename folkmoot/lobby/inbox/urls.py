from django.urls import path
from django.views.generic import RedirectView

from folkmoot.lobby.inbox.views import acts, pages

urlpatterns = [
    path("inbox", pages.inbox, name="inbox"),
    path("inbox/<int:topic_id>", pages.inbox_topic, name="inbox_topic"),
    path("inbox/count", pages.inbox_count, name="inbox_count"),
    path("inbox/drafts", RedirectView.as_view(pattern_name="drafts", permanent=True)),
    path("topics/<int:topic_id>/done", acts.done, name="done"),
    path("topics/<int:topic_id>/done/remove", acts.done_remove, name="done_remove"),
    path("topics/<int:topic_id>/later", acts.later, name="later"),
    path("topics/<int:topic_id>/later/remove", acts.later_remove, name="later_remove"),
    path("topics/<int:topic_id>/follow/<slug:level>", acts.topic_follow, name="topic_follow"),
    path("channels/<int:channel_id>/follow/<slug:level>", acts.channel_follow, name="channel_follow"),
]
