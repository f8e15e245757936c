"""Which view answers a URL."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("account/2fa/webauthn/", RedirectView.as_view(pattern_name="security")),  # security is one page
    path("account/2fa/", include("allauth.mfa.urls")),
    path("", include("folkmoot.accounts.urls")),
    path("", include("folkmoot.groups.urls")),
    path("", include("folkmoot.conversations.urls")),
    path("", include("folkmoot.doors.feeds.urls")),
    path("", include("folkmoot.doors.mail.urls")),
    path("", include("folkmoot.lobby.urls")),
]
if settings.DEBUG:
    urlpatterns += [path("", include("folkmoot.web.urls"))]
