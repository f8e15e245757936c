"""Full-text search over posts: FTS5 on SQLite, tsvector on PostgreSQL.

Each post stands in a scope (its channel's id); a search names the scopes that the reader may read, so that what one
may not read takes no place among the results.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

Document = tuple[int, int, str, str]  # post id, scope, title, text

MOST_TEXT = 200_000  # characters of one post that are searched; PostgreSQL's limit for a tsvector is 1 MB
MOST_WORDS = 12  # of a query


def create(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index; for a migration."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE TABLE post_search (post_id bigint PRIMARY KEY, scope bigint NOT NULL, words tsvector NOT NULL)"
        )
        editor.execute("CREATE INDEX post_search_words ON post_search USING gin (words)")
    else:
        editor.execute(
            "CREATE VIRTUAL TABLE post_search USING "
            "fts5(scope UNINDEXED, title, body, tokenize='unicode61 remove_diacritics 2')"
        )


def drop(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the index away; for a migration undone."""
    editor.execute("DROP TABLE post_search")


def index(documents: Iterable[Document]) -> None:
    """Make new posts findable. One that is there already has to be forgotten first."""
    rows = [(key, scope, title, body[:MOST_TEXT]) for key, scope, title, body in documents]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT_POSTGRES if _is_postgres() else _INSERT_SQLITE, rows)


def forget(post_ids: Iterable[int]) -> None:
    """Take posts out of the index."""
    key = "post_id" if _is_postgres() else "rowid"
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM post_search WHERE {key} = %s", [(post_id,) for post_id in post_ids])


def find(query: str, *, scopes: Sequence[int], limit: int = 200) -> list[int]:
    """Return the ids of the posts in these scopes that hold all words of the query, best first."""
    words = [word for word in query.replace("\x00", " ").split()[:MOST_WORDS] if any(map(str.isalnum, word))]
    if not words or not scopes:
        return []
    places = ", ".join(["%s"] * len(scopes))
    if _is_postgres():
        sql, match = _FIND_POSTGRES, " & ".join(map(_lexeme, words))
    else:
        sql, match = _FIND_SQLITE, " ".join(map(_quoted, words))
    with connection.cursor() as cursor:
        cursor.execute(sql.format(places=places), [match, *scopes, limit])
        return [row[0] for row in cursor.fetchall()]


_INSERT_SQLITE = "INSERT INTO post_search (rowid, scope, title, body) VALUES (%s, %s, %s, %s)"
_INSERT_POSTGRES = (
    "INSERT INTO post_search (post_id, scope, words) VALUES (%s, %s, "
    "setweight(to_tsvector('simple', %s), 'A') || to_tsvector('simple', %s))"
)
_FIND_SQLITE = (
    "SELECT rowid FROM post_search WHERE post_search MATCH %s AND scope IN ({places}) "
    "ORDER BY bm25(post_search, 0.0, 4.0, 1.0) LIMIT %s"
)
_FIND_POSTGRES = (
    "SELECT post_id FROM post_search, to_tsquery('simple', %s) q WHERE words @@ q AND scope IN ({places}) "
    "ORDER BY ts_rank(words, q) DESC, post_id DESC LIMIT %s"
)


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _lexeme(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
