from django.urls import path

from folkmoot.doors.calendars import dav, views

urlpatterns = [
    path("g/<slug:slug>/meetings.ics", views.group_calendar, name="group_calendar"),
    path("g/<slug:slug>/meetings/<int:meeting_id>.ics", views.meeting_calendar, name="meeting_calendar"),
    path("calendars/<str:secret>.ics", views.personal_calendar, name="personal_calendar"),
    path("calendars/<str:secret>/<slug:slug>.ics", views.personal_group_calendar, name="personal_group_calendar"),
    path("settings/calendars", views.calendars, name="calendars"),
    path("settings/calendars/keys", views.keys, name="calendar_keys"),
    path("settings/calendars/keys/<int:key_id>/remove", views.key_remove, name="calendar_key_remove"),
    path(".well-known/caldav", dav.well_known, name="dav_well_known"),
    path("dav/", dav.root, name="dav"),
    path("dav/mine/", dav.mine, name="dav_mine"),
    path("dav/mine/<slug:name>.ics", dav.mine_file, name="dav_mine_file"),
    path("dav/groups/<slug:slug>/", dav.of_group, name="dav_group"),
    path("dav/groups/<slug:slug>/<slug:name>.ics", dav.of_group_file, name="dav_group_file"),
]
