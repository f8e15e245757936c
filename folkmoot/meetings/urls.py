from django.urls import include, path

from folkmoot.meetings import views
from folkmoot.meetings.views import dates

urlpatterns = [
    path("g/<slug:slug>/meetings", views.meetings, name="meetings"),
    path("g/<slug:slug>/meetings/new", views.meeting_new, name="meeting_new"),
    path("g/<slug:slug>/meetings/<int:meeting_id>", views.meeting, name="meeting"),
    path("g/<slug:slug>/meetings/<int:meeting_id>/change", views.meeting_change, name="meeting_change"),
    path("g/<slug:slug>/meetings/<int:meeting_id>/people", views.meeting_people, name="meeting_people"),
    path("g/<slug:slug>/meetings/<int:meeting_id>/people.csv", views.meeting_people_file, name="meeting_people_file"),
    path("meetings/<int:meeting_id>/answer", views.meeting_answer, name="meeting_answer"),
    path("meetings/<int:meeting_id>/answers", views.meeting_answers, name="meeting_answers"),
    path("meetings/<int:meeting_id>/publish", views.meeting_publish, name="meeting_publish"),
    path("meetings/<int:meeting_id>/cancel", views.meeting_cancel, name="meeting_cancel"),
    path("meetings/<int:meeting_id>/cancel/remove", views.meeting_cancel_remove, name="meeting_cancel_remove"),
    path("meetings/<int:meeting_id>/discard", views.meeting_discard, name="meeting_discard"),
    path("meetings/<int:meeting_id>/end", views.meeting_end, name="meeting_end"),
    path("meetings/<int:meeting_id>/questions", views.meeting_wishes, name="meeting_wishes"),
    path("wishes/<int:wish_id>/remove", views.wish_remove, name="wish_remove"),
    path("rsvps/<int:rsvp_id>/seat", views.rsvp_seat, name="rsvp_seat"),
    path("rsvps/<int:rsvp_id>/remove", views.rsvp_remove, name="rsvp_remove"),
    path("g/<slug:slug>/venues/<int:venue_id>", views.venue, name="venue"),
    path("g/<slug:slug>/manage/venues", views.manage_venues, name="manage_venues"),
    path("g/<slug:slug>/manage/venues/<int:venue_id>", views.manage_venue, name="manage_venue"),
    path("venues/<int:venue_id>/retire", views.venue_retire, name="venue_retire"),
    path("venues/<int:venue_id>/retire/remove", views.venue_retire_remove, name="venue_retire_remove"),
    path("", include("folkmoot.meetings.programme_urls")),
    path("g/<slug:slug>/dates", dates.dates_of_group, name="dates_of_group"),
    path("g/<slug:slug>/dates/new", dates.dates_new, name="dates_new"),
    path("dates/<int:dates_id>", dates.dates, name="dates"),
    path("dates/<int:dates_id>/answers", dates.dates_answers, name="dates_answers"),
    path("dates/<int:dates_id>/change", dates.dates_change, name="dates_change"),
    path("dates/<int:dates_id>/close", dates.dates_close, name="dates_close"),
    path("dates/<int:dates_id>/close/remove", dates.dates_close_remove, name="dates_close_remove"),
    path("dates/<int:dates_id>/decide", dates.dates_decide, name="dates_decide"),
    path("series/<int:series_id>/rotation", dates.rotation, name="rotation"),
]
