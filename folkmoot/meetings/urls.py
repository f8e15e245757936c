from django.urls import path

from folkmoot.meetings import views
from folkmoot.meetings.views import dates

urlpatterns = [
    path("g/<slug:slug>/meetings/<int:meeting_id>", views.meeting, name="meeting"),
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
