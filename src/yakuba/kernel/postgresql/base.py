"""Django's PostgreSQL backend, which tells the server whose rows may be seen. The name of this module is the one that
Django looks for."""

from __future__ import annotations

import threading
from typing import Any

from django.db.backends.postgresql import base as django_postgresql
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from psycopg import errors
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

from yakuba.kernel.postgresql import line
from yakuba.kernel.tenancy.activation import SETTING, every_municipality, shown

# What leaves settings alone, if it is one statement and calls nothing that sets one. All else may take a setting back.
LEAVES = ("SELECT", "INSERT", "UPDATE", "DELETE", "SAVEPOINT", "RELEASE")


# What Django calls its own: the stubs do not know the methods that begin with an underscore.
class _Telling(CursorWrapper):
    """Tells the server before it sends anything."""

    def _execute(self, sql: Any, params: Any, *ignored: Any) -> Any:
        with self.db.telling(sql):
            return super()._execute(sql, params, *ignored)  # type: ignore[misc]

    def _executemany(self, sql: Any, param_list: Any, *ignored: Any) -> Any:
        with self.db.telling(sql):
            return super()._executemany(sql, param_list, *ignored)  # type: ignore[misc]

    def callproc(self, *args: Any, **kwargs: Any) -> Any:
        with self.db.telling(""):
            return super().callproc(*args, **kwargs)

    def copy(self, *args: Any, **kwargs: Any) -> Any:
        """psycopg's COPY, which Django hands through."""
        self.db.tell()
        return self.cursor.copy(*args, **kwargs)

    def stream(self, *args: Any, **kwargs: Any) -> Any:
        """psycopg's rows one by one, which Django hands through."""
        self.db.tell()
        return self.cursor.stream(*args, **kwargs)


class _TellingInPortions(_Telling):
    """Rows that the server reckons as they are fetched: each portion for whom the first was asked. Outside of a
    transaction they are reckoned at once."""

    _shown = ""

    def _execute(self, sql: Any, params: Any, *ignored: Any) -> Any:
        self._shown = shown()
        return super()._execute(sql, params, *ignored)

    def _fetched(self, portion: str, *size: Any) -> Any:
        with self.db.turn, self.db.wrap_database_errors:
            self.db.tell(self._shown)
            return getattr(self.cursor, portion)(*size)

    def fetchmany(self, *size: Any) -> Any:
        """The next portion."""
        return self._fetched("fetchmany", *size)

    def fetchone(self) -> Any:
        """The next row."""
        return self._fetched("fetchone")

    def fetchall(self) -> Any:
        """All that is left."""
        return self._fetched("fetchall")


class _TellingAloud(_Telling, CursorDebugWrapper):
    """The same where Django keeps a list of all statements."""


class _AcrossTowns(DatabaseSchemaEditor):
    """Whoever changes tables, and the rows in them, does so for every town."""

    def __enter__(self) -> Any:
        self._across = every_municipality("a migration brings the rows of every town along")
        self._across.__enter__()
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        try:
            super().__exit__(*error)
        finally:
            self._across.__exit__(None, None, None)


def _leaves_settings(sql: Any) -> bool:
    """Whether a statement is known to. Asked of each, so without a regular expression, which takes a hundred times longer."""
    known = isinstance(sql, str) and sql.startswith(LEAVES)
    return known and ";" not in sql and "set_config" not in sql.lower()


class _Statement:
    """One statement: told before, and what it may have undone is forgotten after. (A generator would cost more.)"""

    __slots__ = ("_sql", "_wrapper")

    def __init__(self, wrapper: DatabaseWrapper, sql: Any) -> None:
        self._wrapper, self._sql = wrapper, sql

    def __enter__(self) -> None:
        self._wrapper.turn.acquire()
        try:
            self._wrapper.tell()
        except BaseException:
            self._wrapper.turn.release()
            raise

    def __exit__(self, *_: object) -> None:
        try:
            if not _leaves_settings(self._sql):
                self._wrapper.forget()
        finally:
            self._wrapper.turn.release()


class DatabaseWrapper(django_postgresql.DatabaseWrapper):
    """A connection that knows what it has told the server, as long as nothing can have undone it."""

    SchemaEditorClass = _AcrossTowns

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told: str | None = None  # None: not known, tell it before the next statement
        # Where threads share a connection, none comes between what is told and what is asked.
        self.turn = threading.RLock()

    def tell(self, wanted: str | None = None) -> None:
        """Let the server know whose rows may be seen, now where it is not said, if it does not know already. Raises
        DatabaseError."""
        wanted = shown() if wanted is None else wanted
        if wanted == self._told:
            return
        session = self.connection.pgconn
        if session.transaction_status == TransactionStatus.INERROR:
            self._told = (
                None  # all that the server takes now is the end of it, which undoes what was told in it
            )
            return
        # Not through a cursor: outside of a transaction this begins none, and so no rollback undoes it.
        with self.wrap_database_errors:
            answer = session.exec_(f"SET {SETTING} = '{wanted}'".encode())
            if answer.status != ExecStatus.COMMAND_OK:
                self._told = None
                if session.status == ConnStatus.BAD:
                    raise errors.OperationalError(session.get_error_message())
                raise errors.error_from_result(answer)
        self._told = wanted

    def telling(self, sql: Any) -> _Statement:
        """Around a statement."""
        return _Statement(self, sql)

    def forget(self) -> None:
        """The server may have gone back to what it was told before."""
        self._told = None

    def get_connection_params(self) -> dict[str, Any]:
        return {**line.CLIENT, **super().get_connection_params()}

    def get_new_connection(self, conn_params: Any) -> Any:
        self.forget()
        connection = super().get_new_connection(conn_params)
        connection.pgconn.exec_(line.SERVER.encode())  # not through a cursor, which would begin a transaction
        return connection

    def chunked_cursor(self) -> Any:
        """As Django's, for rows in portions."""
        found = super().chunked_cursor()
        return _TellingInPortions(found.cursor, self) if self.in_atomic_block else found

    def make_cursor(self, cursor: Any) -> Any:
        return _Telling(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> Any:
        return _TellingAloud(cursor, self)

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        except BaseException:
            self.forget()
            raise

    def _rollback(self) -> None:
        self.forget()
        super()._rollback()  # type: ignore[misc]

    def _close(self) -> None:
        self.forget()
        super()._close()  # type: ignore[misc]
