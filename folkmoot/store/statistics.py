"""What the database knows about its tables, renewed after much has come in at once."""

from django.db import connection
from django.db.models import Model


def renew_statistics(*models: type[Model]) -> None:
    """Let PostgreSQL count these tables now.

    It does so by itself within minutes; until then it plans a full table as if it were empty, and a join that takes
    a second takes ten minutes. SQLite plans without counting.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
