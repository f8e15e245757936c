from django.urls import include, path

from folkmoot.meetings import views

urlpatterns = [
    path("g/<slug:slug>/meetings/<int:meeting_id>", views.meeting, name="meeting"),
    path("", include("folkmoot.meetings.programme_urls")),
]
