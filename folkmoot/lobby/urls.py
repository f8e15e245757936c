from django.urls import include, path

from folkmoot.lobby import helping, outside, searching, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("folkmoot.lobby.inbox.urls")),
    path("", include("folkmoot.lobby.installation.urls")),
    path("groups", views.groups, name="groups"),
    path("g/<slug:slug>", views.group, name="group"),
    path("search", searching.search, name="search"),
    path("people/<slug:handle>", views.person, name="person"),
    path("settings/past", views.past, name="past"),
    path("settings/past/<slug:slug>", views.past_confirm, name="past_confirm"),
    path("settings/merge/<slug:handle>", views.past_merge, name="past_merge"),
    path("help", helping.help_, name="help"),
    path("help/<slug:name>", helping.guide, name="guide"),
    path("help/pictures/<str:name>", helping.guide_picture, name="guide_picture"),
    path("manifest.json", outside.manifest, name="manifest"),
    path("robots.txt", outside.robots, name="robots"),
    path("sitemap.xml", outside.sitemap, name="sitemap"),
    path("sitemap/<slug:slug>/<int:part>.xml", outside.sitemap_part, name="sitemap_part"),
    path("healthz", views.healthz, name="healthz"),
]
