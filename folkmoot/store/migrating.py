"""Bring the tables up to date, quickly where they are."""

from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


def migrate() -> None:
    """Run the migrations that have not run here.

    That there are none is read off their names: to load them all takes longer than most commands.
    """
    if not _names() <= MigrationRecorder(connection).applied_migrations().keys():
        call_command("migrate", interactive=False, verbosity=0)


def _names() -> set[tuple[str, str]]:
    """Each migration's app and name."""
    return {
        (app.label, file.stem)
        for app in apps.get_app_configs()
        for file in Path(app.path, "migrations").glob("[0-9]*.py")
    }
