"""The gallery of all parts. Included in development only."""

from django.urls import path

from folkmoot.web.gallery import gallery

urlpatterns = [
    path("design", gallery, name="design"),
]
