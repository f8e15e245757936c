"""Full-text search over posts: FTS5 on SQLite, tsvector on PostgreSQL.

Both are given ready words (kit/search_words.py), so both find the same. Each post stands in a scope (its channel's id),
which is a word of the index too: what one may not read takes no place among the results and no time either. Nothing
is ranked in here: a word that stands in most posts would have to be counted in all of them. `find` returns the newest,
so many with the words in their titles and so many others; whoever asks puts those in order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import QuerySet

from folkmoot.kit.search_words import Phrase, Query, parse, words_of

Document = tuple[int, int, str, str]  # post id, scope, title, text

MOST_TEXT = 200_000  # characters of one post that are searched
MOST_WORDS = 16_000  # of one post; PostgreSQL knows places up to 16,383
MOST_PLACES = 250  # of one word in a post; PostgreSQL keeps 256
MOST_SCOPES = 500  # that are asked for as words of the index; where there are more, rows are looked at
FEW_SCOPES = 4  # the same for PostgreSQL, which reads all posts of each scope to put their lists together


def create(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index; for a migration."""
    if editor.connection.vendor == "postgresql":
        # The words lie apart from the rows, so that many rows can be looked at quickly: who may read, what is new.
        editor.execute(
            "CREATE TABLE post_search (post_id bigint PRIMARY KEY, scope bigint NOT NULL, "
            "title tsvector NOT NULL, words tsvector NOT NULL) WITH (toast_tuple_target = 128)"
        )
        editor.execute("CREATE INDEX post_search_words ON post_search USING gin (words)")
        editor.execute("CREATE INDEX post_search_title ON post_search USING gin (title)")
    else:
        # To "ascii" all but ASCII's letters and digits stand between words, and every other character is a letter.
        editor.execute(
            "CREATE VIRTUAL TABLE post_search USING fts5(scope, title, body, tokenize='ascii', columnsize=0)"
        )


def sign_scopes(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Give the scopes of an older index the sign that sets them apart from numbers in texts; for a migration."""
    if editor.connection.vendor == "sqlite":
        editor.execute("UPDATE post_search SET scope = '§' || scope WHERE scope NOT LIKE '§%%'", [])


def drop(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the index away; for a migration undone."""
    editor.execute("DROP TABLE post_search")


def index(documents: Iterable[Document]) -> None:
    """Make posts findable, or findable as they are now."""
    rows = [_row(*document) for document in documents]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT_POSTGRES if _is_postgres() else _INSERT_SQLITE, rows)


def move(post_ids: Iterable[int], *, scope: int) -> None:
    """Let posts stand in another scope."""
    with connection.cursor() as cursor:
        cursor.executemany(
            _MOVE_POSTGRES if _is_postgres() else _MOVE_SQLITE, [_move_values(post_id, scope) for post_id in post_ids]
        )


def forget(post_ids: Iterable[int]) -> None:
    """Take posts out of the index."""
    key = "post_id" if _is_postgres() else "rowid"
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM post_search WHERE {key} = %s", [(post_id,) for post_id in post_ids])


def find(
    query: Query | str, *, scopes: Sequence[int], among: QuerySet[Any, int] | None = None, limit: int = 200
) -> list[int]:
    """Return the ids of the newest posts in these scopes that hold all words of the query, at most so many.

    Where there are more, half of the places go to those with all words in their titles. A last word goes on only where
    those that have it as it stands are too few. `among` is a query for ids that they must be of.
    """
    query = parse(query) if isinstance(query, str) else query
    if not query.words or not scopes:
        return []
    newest: list[int] = []
    for asked in _narrow_first(query):
        newest = _ids(asked, scopes, among, limit, title=False)
        if len(newest) == limit:
            titled = _ids(asked, scopes, among, limit // 2, title=True)
            return list(dict.fromkeys([*titled, *newest]))[:limit]
    return newest


def _narrow_first(query: Query) -> list[Query]:
    """All words that begin like a common one are gathered before the first is given out: often that can be spared."""
    return [replace(query, is_open=False), query] if query.is_open else [query]


def titled(words: Sequence[str], *, scopes: Sequence[int], limit: int = 100) -> list[int]:
    """Return the ids of the newest posts in these scopes that hold any of the words in their titles."""
    if not words or not scopes:
        return []
    some = scopes[:MOST_SCOPES]
    if _is_postgres():
        match = f"({' | '.join(_lexeme(word, '') for word in words)}) & {_scopes(some)}"
    else:
        match = f"title : ({' OR '.join(_quoted((word,)) for word in words)}) AND {_scopes(some)}"
    sql = _FIND_POSTGRES if _is_postgres() else _FIND_SQLITE
    return _asked(sql.format(more="", column="title"), [match, limit])


def _ids(
    query: Query, scopes: Sequence[int], among: QuerySet[Any, int] | None, limit: int, *, title: bool
) -> list[int]:
    is_postgres = _is_postgres()
    are_words = len(scopes) <= (FEW_SCOPES if is_postgres else MOST_SCOPES)
    match = _match(query, scopes if are_words else (), title=title)
    sql, values = (_FIND_POSTGRES if is_postgres else _FIND_SQLITE), [match]
    more = "" if are_words else f" AND scope IN ({', '.join(map(_scope, scopes))})"
    if among is not None:
        inner, parameters = among.query.sql_with_params()
        # The plus keeps SQLite from asking the index anew for each of the ids.
        more += f" AND {'post_id' if is_postgres else '+rowid'} IN ({inner})"
        values += parameters
    return _asked(sql.format(more=more, column="title" if title else "words"), [*values, limit])


def _asked(sql: str, values: Sequence[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


_INSERT_SQLITE = "INSERT OR REPLACE INTO post_search (rowid, scope, title, body) VALUES (%s, %s, %s, %s)"
_INSERT_POSTGRES = (
    "INSERT INTO post_search (post_id, scope, title, words) VALUES (%s, %s, %s::tsvector, %s::tsvector) "
    "ON CONFLICT (post_id) DO UPDATE SET scope = excluded.scope, title = excluded.title, words = excluded.words"
)
_MOVE_SQLITE = "UPDATE post_search SET scope = %s WHERE rowid = %s"
_MOVE_POSTGRES = (
    "UPDATE post_search SET scope = %s, title = ts_delete(title, '@' || scope) || %s::tsvector, "
    "words = ts_delete(words, '@' || scope) || %s::tsvector WHERE post_id = %s"
)
_FIND_SQLITE = "SELECT rowid FROM post_search WHERE post_search MATCH %s{more} ORDER BY rowid DESC LIMIT %s"
# The sum keeps PostgreSQL from walking the newest posts one by one until enough have a word that few have.
# Of a common word it would believe that reading all posts is quicker than the index, as it doesn't count that their
# words lie apart: that took five times as long. In a SELECT of its own the query is unknown to it while it plans.
_FIND_POSTGRES = (
    "SELECT post_id FROM post_search WHERE {column} @@ (SELECT %s::tsquery){more} ORDER BY post_id + 0 DESC LIMIT %s"
)


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _scope(scope: int) -> str:
    """A scope as rows hold it. The sign keeps SQLite from walking all posts that say a number to find a channel."""
    return str(int(scope)) if _is_postgres() else f"'§{int(scope)}'"


def _row(key: int, scope: int, title: str, text: str) -> tuple[int, int | str, str, str]:
    titled = words_of(title)
    said = words_of(text[:MOST_TEXT])[: MOST_WORDS - len(titled)]
    if _is_postgres():
        return (key, scope, _tsvector(scope, titled, []), _tsvector(scope, titled, said))
    return (key, f"§{scope}", " ".join(titled), " ".join(said))


def _move_values(post_id: int, scope: int) -> tuple[int | str, ...]:
    return (scope, f"'@{scope}'", f"'@{scope}'", post_id) if _is_postgres() else (f"§{scope}", post_id)


def _tsvector(scope: int, titled: list[str], said: list[str]) -> str:
    """Each word with its places. No phrase goes on from the title into the text."""
    places: dict[str, list[str]] = {}
    for at, word in [*enumerate(titled, 1), *enumerate(said, len(titled) + 2)]:
        places.setdefault(word, []).append(str(at))
    words = [f"'{word}':{','.join(some[:MOST_PLACES])}" for word, some in places.items()]
    return " ".join([f"'@{scope}'", *words])


def _match(query: Query, scopes: Sequence[int], *, title: bool) -> str:
    return _tsquery(query, scopes) if _is_postgres() else _fts5(query, scopes, title)


def _tsquery(query: Query, scopes: Sequence[int]) -> str:
    parts = [_scopes(scopes)] if scopes else []
    for phrase in query.words:
        marks = [""] * (len(phrase) - 1) + ["*" if _is_open(query, phrase) else ""]
        parts.append(" <-> ".join(_lexeme(word, mark) for word, mark in zip(phrase, marks, strict=True)))
    parts += [f"!({' <-> '.join(_lexeme(word, '') for word in phrase)})" for phrase in query.without]
    return " & ".join(f"({part})" for part in parts)


def _scopes(scopes: Sequence[int]) -> str:
    """That a post stands in one of these, as each database says it."""
    if _is_postgres():
        return "({})".format(" | ".join(f"'@{scope}'" for scope in scopes))
    return "scope : ({})".format(" OR ".join(f'"§{scope}"' for scope in scopes))


def _lexeme(word: str, mark: str) -> str:
    return f"'{word}':{mark}" if mark else f"'{word}'"


def _fts5(query: Query, scopes: Sequence[int], title: bool) -> str:
    columns = "title" if title else "{title body}"
    parts = [_scopes(scopes)] if scopes else []
    parts += [f"{columns} : {_quoted(phrase)}{' *' if _is_open(query, phrase) else ''}" for phrase in query.words]
    without = "".join(f" NOT {{title body}} : {_quoted(phrase)}" for phrase in query.without)
    return f"({' AND '.join(parts)}){without}"


def _quoted(phrase: Phrase) -> str:
    """Words have letters and digits only."""
    return f'"{" ".join(phrase)}"'


def _is_open(query: Query, phrase: Phrase) -> bool:
    return query.is_open and phrase is query.last
