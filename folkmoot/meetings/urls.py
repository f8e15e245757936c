from django.urls import path

from folkmoot.meetings import views
from folkmoot.meetings.views import reminders

urlpatterns = [
    path("g/<slug:slug>/meetings/<int:meeting_id>", views.meeting, name="meeting"),
    path("g/<slug:slug>/meetings/<int:meeting_id>/reminders", reminders.meeting_reminders, name="meeting_reminders"),
]
