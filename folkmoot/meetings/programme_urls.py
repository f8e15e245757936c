from django.urls import path

from folkmoot.meetings.views import agenda, talks

urlpatterns = [
    path("g/<slug:slug>/talks", talks.talks, name="talks"),
    path("g/<slug:slug>/talks/new", talks.talk_new, name="talk_new"),
    path("talks/<int:talk_id>", talks.talk, name="talk"),
    path("talks/<int:talk_id>/withdraw", talks.talk_withdraw, name="talk_withdraw"),
    path("talks/<int:talk_id>/withdraw/remove", talks.talk_withdraw_remove, name="talk_withdraw_remove"),
    path("talks/<int:talk_id>/interest", talks.talk_interest, name="talk_interest"),
    path("talks/<int:talk_id>/interest/remove", talks.talk_interest_remove, name="talk_interest_remove"),
    path("talks/<int:talk_id>/meeting", talks.talk_meeting, name="talk_meeting"),
    path("talks/<int:talk_id>/meeting/remove", talks.talk_meeting_remove, name="talk_meeting_remove"),
    path("meetings/<int:meeting_id>/agenda", agenda.agenda, name="agenda"),
    path("agenda/<int:item_id>", agenda.agenda_item, name="agenda_item"),
    path("agenda/<int:item_id>/move", agenda.agenda_item_move, name="agenda_item_move"),
    path("agenda/<int:item_id>/remove", agenda.agenda_item_remove, name="agenda_item_remove"),
    path("agenda/<int:item_id>/confirm", agenda.agenda_item_confirm, name="agenda_item_confirm"),
    path("agenda/<int:item_id>/slides", agenda.slides, name="slides"),
    path("agenda/<int:item_id>/slides/remove", agenda.slides_remove, name="slides_remove"),
]
