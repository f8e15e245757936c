"""The tables are brought up to date where they are not, and nearly nothing is asked where they are."""

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from folkmoot.store.migrating import migrate

TABLE = "django_session"


def test_what_has_not_run_here_runs(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")

    migrate()

    assert TABLE in connection.introspection.table_names()
    assert ("sessions", "0001_initial") in MigrationRecorder(connection).applied_migrations()


def test_where_all_has_run_two_questions_tell(django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        migrate()
