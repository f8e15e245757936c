from django.urls import path

from folkmoot.accounts import views

urlpatterns = [
    path("start", views.start, name="start"),
    path("settings", views.settings, name="settings"),
]
