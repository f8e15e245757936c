"""Which view answers a URL."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from folkmoot.accounts.views import data
from folkmoot.accounts.views import settings as own
from folkmoot.config.personal import PARTS

urlpatterns = [
    # In front of allauth's own: what changes the ways in asks first who it is, and security is one page.
    path("account/email/", RedirectView.as_view(pattern_name="addresses")),
    path("account/password/set/", own.password_new),
    path("account/2fa/totp/activate/", own.app_new),
    path("account/2fa/webauthn/add/", own.passkey_new),
    path("account/2fa/", RedirectView.as_view(pattern_name="security")),
    path("account/2fa/webauthn/", RedirectView.as_view(pattern_name="security")),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("", include("folkmoot.accounts.urls")),
    path("settings/data", data.data, {"parts": PARTS}, name="data"),  # only config knows all parts
    path("settings/data/erase", data.erase, {"parts": PARTS}, name="erase"),
    path("", include("folkmoot.groups.urls")),
    path("", include("folkmoot.conversations.urls")),
    path("", include("folkmoot.meetings.urls")),
    path("", include("folkmoot.doors.calendars.urls")),
    path("", include("folkmoot.doors.feeds.urls")),
    path("", include("folkmoot.doors.mail.urls")),
    path("", include("folkmoot.lobby.urls")),
]
if settings.DEBUG:
    urlpatterns += [path("", include("folkmoot.web.urls"))]
