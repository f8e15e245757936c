"""Tables that leave by a page, for other programs."""

import csv
from collections.abc import Iterable

from django.http import HttpResponse


def table_file(name: str, rows: Iterable[Iterable[object]]) -> HttpResponse:
    """Return rows as a CSV file that nobody keeps on the way, for it may hold addresses."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    csv.writer(response).writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return response


def _harmless(cell: str) -> str:
    """A table program takes a cell that begins like this for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
