from django.urls import path

from folkmoot.accounts.views import data, settings, starting

urlpatterns = [
    path("start", starting.start, name="start"),
    path("settings", settings.settings, name="settings"),
    path("settings/profile", settings.profile, name="profile"),
    path("settings/picture", settings.picture, name="picture"),
    path("settings/picture/remove", settings.picture_remove, name="picture_remove"),
    path("settings/addresses", settings.addresses, name="addresses"),
    path("settings/addresses", settings.addresses, name="account_email"),  # where allauth leads back to
    path("settings/security", settings.security, name="security"),
    path("settings/security", settings.security, name="mfa_index"),
    path("settings/password/remove", settings.password_remove, name="password_remove"),
    path("settings/sessions", settings.sessions, name="sessions"),
    path("settings/sessions/<int:session_id>/remove", settings.session_remove, name="session_remove"),
    path("settings/sessions/remove", settings.sessions_remove, name="sessions_remove"),
    path("settings/data/exports", data.exports, name="exports"),
    path("settings/data/exports/<int:export_id>", data.export, name="export"),
    path("faces/<slug:sha256>", settings.face, name="face"),
]
