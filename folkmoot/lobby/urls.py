from django.urls import include, path

from folkmoot.lobby import searching, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("folkmoot.lobby.inbox.urls")),
    path("groups", views.groups, name="groups"),
    path("g/<slug:slug>", views.group, name="group"),
    path("search", searching.search, name="search"),
    path("people/<slug:handle>", views.person, name="person"),
    path("settings/past", views.past, name="past"),
    path("settings/past/<slug:slug>", views.past_confirm, name="past_confirm"),
    path("settings/merge/<slug:handle>", views.past_merge, name="past_merge"),
    path("robots.txt", views.robots, name="robots"),
    path("healthz", views.healthz, name="healthz"),
]
