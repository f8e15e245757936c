from django.urls import path

from folkmoot.doors.mail import views
from folkmoot.doors.mail.invitations import views as invitations
from folkmoot.doors.mail.over import views as over

urlpatterns = [
    path("g/<slug:slug>/manage/held", views.held, name="held"),
    path("held/<int:held_id>/accept", views.held_accept, name="held_accept"),
    path("held/<int:held_id>/discard", views.held_discard, name="held_discard"),
    path("manage/outgoing", views.outgoing, name="outgoing"),
    path("manage/outgoing/<str:key>", views.outgoing_letter, name="outgoing_letter"),
    path("manage/outgoing/<str:key>/html", views.outgoing_html, name="outgoing_html"),
    path("mail/leave/<str:token>", views.mail_leave, name="mail_leave"),
    path("mail/duty/<str:token>", views.mail_duty, name="mail_duty"),
    path("mail/dates/<str:token>", views.mail_dates, name="mail_dates"),
    path("mail/todo/<str:token>", views.mail_todo, name="mail_todo"),
    path("mail/mute/<str:token>", views.mail_mute, name="mail_mute"),
    path("mail/mute/<str:token>/remove", views.mail_mute_remove, name="mail_mute_remove"),
    path("mail/invitations/<str:token>", invitations.mail_invitations, name="mail_invitations"),
    path("mail/speaking/<str:token>", views.mail_speaking, name="mail_speaking"),
    path("mail/come/<str:token>", invitations.mail_come, name="mail_come"),
    path("over/<slug:token>", over.over, name="over"),
    path("mail/over/<str:token>", over.mail_over, name="mail_over"),
    path("mail/counts/<str:token>", over.mail_counts, name="mail_counts"),
    path("rsvp/<str:token>", invitations.rsvp, name="rsvp"),
    path("meetings/<int:meeting_id>/answer-by-mail", invitations.answer_by_mail, name="answer_by_mail"),
]
