from django.urls import path

from folkmoot.doors.calendars import views

urlpatterns = [
    path("g/<slug:slug>/meetings.ics", views.group_calendar, name="group_calendar"),
    path("g/<slug:slug>/meetings/<int:meeting_id>.ics", views.meeting_calendar, name="meeting_calendar"),
    path("calendars/<str:secret>.ics", views.personal_calendar, name="personal_calendar"),
    path("calendars/<str:secret>/<slug:slug>.ics", views.personal_group_calendar, name="personal_group_calendar"),
    path("settings/calendars", views.calendars, name="calendars"),
    path("settings/calendars/keys", views.keys, name="calendar_keys"),
    path("settings/calendars/keys/<int:key_id>/remove", views.key_remove, name="calendar_key_remove"),
]
