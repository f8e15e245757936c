"""Folkmoot's own settings without its doors: the same server and database, under one bare page."""

from folkmoot.config import settings as ours
from folkmoot.config.settings import *  # noqa: F403 - that is how Django's settings inherit

MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]  # allauth won't load without; web.py takes it away
ROOT_URLCONF = "bench.floors.page"
DATABASES = {"default": {**ours.DATABASES["default"], "CONN_MAX_AGE": None}}
TEMPLATES = [{"BACKEND": "django.template.backends.jinja2.Jinja2", "DIRS": [ours.ROOT / "bench" / "floors"]}]
