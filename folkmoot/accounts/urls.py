from django.urls import path

from folkmoot.accounts.views import data, organizations, settings, starting

urlpatterns = [
    path("start", starting.start, name="start"),
    path("organizations", organizations.organizations, name="organizations"),
    path("organizations/<slug:slug>", organizations.organization, name="organization"),
    path("organizations/<slug:slug>/domains", organizations.domains, name="organization_domains"),
    path("organizations/<slug:slug>/people", organizations.people, name="organization_people"),
    path("organizations/<slug:slug>/merge", organizations.merge, name="organization_merge"),
    path("organizations/<slug:slug>/remove", organizations.organization_remove, name="organization_remove"),
    path("domains/<int:domain_id>/remove", organizations.domain_remove, name="domain_remove"),
    path("affiliations/<int:affiliation_id>/remove", organizations.affiliation_remove, name="affiliation_remove"),
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
