from django.urls import include, path

from folkmoot.meetings import views
from folkmoot.meetings.views import reminders

urlpatterns = [
    path("g/<slug:slug>/meetings", views.meetings, name="meetings"),
    path("g/<slug:slug>/meetings/new", views.meeting_new, name="meeting_new"),
    path("g/<slug:slug>/meetings/<int:meeting_id>", views.meeting, name="meeting"),
    path("g/<slug:slug>/meetings/<int:meeting_id>/reminders", reminders.meeting_reminders, name="meeting_reminders"),
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
]
