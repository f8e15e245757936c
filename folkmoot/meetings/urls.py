from django.urls import path

from folkmoot.meetings import views

urlpatterns = [
    path("g/<slug:slug>/meetings/<int:meeting_id>", views.meeting, name="meeting"),
]
