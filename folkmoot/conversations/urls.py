from django.urls import path

from folkmoot.conversations.views import posts, topics, writing

urlpatterns = [
    path("g/<slug:slug>/topics", topics.topics, name="topics"),
    path("g/<slug:slug>/topics/new", topics.topic_new, name="topic_new"),
    path("g/<slug:slug>/topics/<int:topic_id>", topics.topic),
    path("g/<slug:slug>/topics/<int:topic_id>/<str:title>", topics.topic, name="topic"),
    path("g/<slug:slug>/people.json", writing.people, name="people"),
    path("topics/<int:topic_id>/replies", topics.replies, name="replies"),
    path("topics/<int:topic_id>/reply", writing.topic_reply, name="topic_reply"),
    path("posts/<int:post_id>", posts.post, name="post"),
    path("posts/<int:post_id>/reply", posts.post_reply, name="post_reply"),
    path("posts/<int:post_id>/actions", posts.post_actions, name="post_actions"),
    path("posts/<int:post_id>/edit", posts.post_edit, name="post_edit"),
    path("posts/<int:post_id>/history", posts.post_history, name="post_history"),
    path("posts/<int:post_id>/remove", posts.post_remove, name="post_remove"),
    path("posts/<int:post_id>/restore", posts.post_restore, name="post_restore"),
    path("posts/<int:post_id>/reactions/<slug:kind>", posts.reaction, name="reaction"),
    path("posts/<int:post_id>/reactions/<slug:kind>/remove", posts.reaction_remove, name="reaction_remove"),
    path("files/<slug:sha256>/<str:name>", posts.file, name="file"),
    path("preview", writing.preview, name="preview"),
    path("uploads", writing.uploads, name="uploads"),
    path("drafts", writing.drafts, name="drafts"),
    path("drafts/<slug:key>", writing.draft, name="draft"),
    path("drafts/<slug:key>/remove", writing.draft_remove, name="draft_remove"),
    path("drafts/<slug:key>/restore", writing.draft_restore, name="draft_restore"),
]
