"""Django's SQLite backend, whose writers take turns. The name of this module is the one that Django looks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base as django_sqlite

from yakuba.kernel.sqlite.turn import Turn

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP")


# What Django calls its own: the stubs do not know the methods that begin with an underscore.
class DatabaseWrapper(django_sqlite.DatabaseWrapper):
    """A connection that takes its turn before a transaction, and before a statement that writes without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: Turn | None = None

    def create_cursor(self, name: Any = None) -> Any:
        return self.connection.cursor(factory=lambda connection: Cursor(connection, self))

    @contextmanager
    def turn_for(self, statement: str) -> Iterator[None]:
        """Hold the turn while a statement that writes is executed outside of a transaction."""
        turn = self._own_turn()
        if turn is None or turn.taken or not statement.lstrip()[:7].upper().startswith(WRITES):
            yield
            return
        turn.take()
        try:
            yield
        finally:
            turn.give_back()

    def _start_transaction_under_autocommit(self) -> None:
        turn = self._own_turn()
        if turn is not None:
            turn.take()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_back()
            raise

    def _commit(self) -> None:
        # After a commit that fails comes a rollback.
        super()._commit()  # type: ignore[misc]
        self._give_back()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_back()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._turn is not None:
                self._turn.close()

    def _own_turn(self) -> Turn | None:
        """None for a database in memory, which is this process's own."""
        if self._turn is None and not self.is_in_memory_db():
            self._turn = Turn(Path(self.settings_dict["NAME"]))
        return self._turn

    def _give_back(self) -> None:
        if self._turn is not None:
            self._turn.give_back()


class Cursor(django_sqlite.SQLiteCursorWrapper):
    """Asks for the turn where a statement needs one."""

    def __init__(self, connection: Any, wrapper: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._wrapper = wrapper

    def execute(self, query: str, params: Any = None) -> Any:
        with self._wrapper.turn_for(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        with self._wrapper.turn_for(query):
            return super().executemany(query, param_list)
