"""The second wall between towns: on PostgreSQL the database itself hides and refuses another town's rows, with the
application's own check switched off (docs/adr/0046)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from yakuba.kernel.tenancy import active_municipality, every_municipality, no_municipality, rowsecurity
from yakuba.kernel.tenancy.activation import SETTING
from yakuba.kernel.tenancy.models import Municipality, MunicipalityManager, MunicipalityModel

MODELS = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
WALLED = sorted(rowsecurity.conditions())
# Tables that show every row to whoever works for the installation, and why.
OPEN = {
    "accounts_logintally": "counted before it is known who tries; of a name only its digest",
    "audit_houseevent": "the installation's own record",
    "auth_group": "Django's own, not used",
    "auth_group_permissions": "Django's own, not used",
    "auth_permission": "Django's own, not used",
    "django_content_type": "Django's own: the names of tables",
    "django_session": "asked before it is known who comes; its content is signed and names a person by number",
    "jobs_worker": "processes, which work for all",
    "privacy_wrappedkey": "asked by the key's own code; wrapped under the master key, which no database has",
    "signin_challenge": "asked before it is known who answers; random bytes",
    "tenancy_municipality": "the towns themselves: code and name are public",
}

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no second wall")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_open(_a_test_sees_every_town: None) -> Iterator[None]:
    with no_municipality():
        yield


def test_every_table_has_the_wall_or_a_reason_why_not():
    assert sorted(OPEN) == sorted(set(MODELS) - set(WALLED))
    for table, model in MODELS.items():
        if issubclass(model, MunicipalityModel):
            assert table in WALLED


@on_postgresql
def test_the_wall_stands_on_every_table_and_holds_the_owner_too():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind IN ('r', 'p')"
        )
        held = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT tablename, cmd, qual, with_check FROM pg_policies WHERE policyname = %s",
            [rowsecurity.POLICY],
        )
        policies = {table: rest for table, *rest in cursor.fetchall()}
    assert sorted(held) == sorted(policies) == WALLED
    for table, (command, reading, writing) in policies.items():
        assert (command, reading) == ("ALL", writing), table
        assert SETTING in reading or "EXISTS" in reading, table
    assert rowsecurity.lacking() == []
    assert not rowsecurity.is_passed_by()


@on_postgresql
def test_a_wall_that_was_taken_down_is_noticed_and_put_back():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('DROP POLICY of_its_municipality ON "ledger_case"')
        cursor.execute('ALTER TABLE "ledger_procedure" NO FORCE ROW LEVEL SECURITY')
    assert rowsecurity.lacking() == ["ledger_case", "ledger_procedure"]
    rowsecurity.lay()
    assert rowsecurity.lacking() == []


class Rows:
    """Makes rows of any table, with something in every column that must have something. Foreign keys point nowhere: they are
    proved at the end of the transaction, which never comes."""

    def __init__(self) -> None:
        self.number = 10**9

    def put(self, model: type[models.Model], town: Municipality) -> Any:
        """A new row of that town; of a table that hangs on others, with new rows there."""
        row = model(**{one.attname: self._value(one, town) for one in model._meta.concrete_fields})
        model._base_manager._insert(
            [row], fields=list(model._meta.local_concrete_fields), using="default", raw=True
        )
        return row

    def _value(self, one: Any, town: Municipality) -> Any:
        self.number += 1
        if one.name == "municipality":
            return town.pk
        if isinstance(one, models.ForeignKey):
            if one.column in HANGING.get(one.model._meta.db_table, ()):
                return self.put(one.related_model, town).pk
            return None if one.null else self._value(one.target_field, town)
        return self._plain(one)

    def _plain(self, one: Any) -> Any:
        if one.choices:
            return one.flatchoices[0][0]
        if one.null:
            return None
        if isinstance(one, models.UUIDField):
            return uuid.uuid4()
        if isinstance(one, models.BooleanField):
            return False
        if isinstance(one, models.IntegerField):
            small = isinstance(one, models.SmallIntegerField | models.PositiveSmallIntegerField)
            return 1 if small else self.number
        if isinstance(one, models.DateTimeField):
            return timezone.now()
        if isinstance(one, models.DateField):
            return date(2026, 4, 1)
        if isinstance(one, models.DurationField):
            return timedelta(1)
        if isinstance(one, models.FloatField | models.DecimalField):
            return 1
        if isinstance(one, models.BinaryField):
            return b"x"
        if isinstance(one, models.JSONField):
            return one.get_default() if one.has_default() else {}
        if isinstance(one, models.TimeField):
            return timezone.now().time()
        text = str(self.number)
        return text[-one.max_length :] if one.max_length else text


def _hanging() -> dict[str, tuple[str, ...]]:
    """Table without a municipality -> the columns by which it hangs on tables that have one."""
    return {
        table: tuple(key.column for key in rowsecurity.hanging_keys(MODELS[table]))
        for table in WALLED
        if not rowsecurity.own_column(MODELS[table])
    }


HANGING = _hanging()


class _Back(Exception):
    """Nothing of it was."""


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done inside is as if it had not been: rows whose foreign keys point nowhere go before those are proved."""
    with suppress(_Back), transaction.atomic():
        yield
        raise _Back


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's own check is switched off: what it shows and writes is whatever the database lets it."""
    monkeypatch.setattr(MunicipalityManager, "get_queryset", models.Manager.get_queryset)
    monkeypatch.setattr(MunicipalityModel, "take_municipality", lambda row: None)


@pytest.fixture
def towns(yakuba_city: Municipality, neighbour_town: Municipality) -> tuple[Municipality, Municipality]:
    return yakuba_city, neighbour_town


@contextmanager
def refused(*words: str) -> Iterator[None]:
    """The database refuses, in one of these words."""
    with pytest.raises(DatabaseError) as told, transaction.atomic():
        yield
    assert any(word in str(told.value) for word in words), told.value


BY_THE_WALL = "row-level security"
UNCHANGEABLE = "append-only"  # where no row changes at all


def count(sql: str, *given: Any) -> int:
    """What a statement in SQL counts, or how many rows it changes."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return int(cursor.fetchone()[0]) if sql.startswith("SELECT") else int(cursor.rowcount)


@on_postgresql
@pytest.mark.parametrize("table", WALLED)
def test_without_the_applications_own_check_nothing_of_another_town_is_seen_or_changed(
    table, towns, unchecked
):
    with taken_back():
        nothing_is_seen_or_changed(table, *towns)


def nothing_is_seen_or_changed(table: str, ours: Municipality, theirs: Municipality) -> None:
    model = MODELS[table]
    key, rows = model._meta.pk.column, Rows()
    with every_municipality("two rows to look for"):
        own, other = rows.put(model, ours), rows.put(model, theirs)
        assert {own.pk, other.pk} <= set(model._base_manager.values_list("pk", flat=True))
    shown = {model._base_manager, model._default_manager, getattr(model, "objects", model._default_manager)}
    with active_municipality(ours):
        for manager in shown:
            assert own.pk in manager.values_list("pk", flat=True), "the own row is there"
            assert other.pk not in manager.values_list("pk", flat=True)
            assert not manager.filter(pk=other.pk).exists()
        assert count(f'SELECT count(*) FROM "{table}" WHERE "{key}" = %s', other.pk) == 0
        assert count(f'SELECT count(*) FROM "{table}" WHERE "{key}" = %s', own.pk) == 1
        assert count(f'UPDATE "{table}" SET "{key}" = "{key}" WHERE "{key}" = %s', other.pk) == 0
        assert count(f'DELETE FROM "{table}" WHERE "{key}" = %s', other.pk) == 0
        if column := rowsecurity.own_column(model):
            assert count(f'UPDATE "{table}" SET {column} = %s WHERE "{key}" = %s', ours.pk, other.pk) == 0
            with refused(BY_THE_WALL, UNCHANGEABLE):
                count(f'UPDATE "{table}" SET {column} = %s WHERE "{key}" = %s', theirs.pk, own.pk)
        with refused(BY_THE_WALL):
            rows.put(model, theirs)
        for holder, field in _pointing_at(model):
            with pytest.raises(ObjectDoesNotExist):
                getattr(holder(**{field.attname: getattr(other, field.target_field.attname)}), field.name)
    for manager in shown:
        assert not manager.exists(), "where no town is active, nothing is there"
    assert count(f'SELECT count(*) FROM "{table}"') == 0
    assert count(f'DELETE FROM "{table}"') == 0
    with refused(BY_THE_WALL):
        rows.put(model, ours)
    with every_municipality("both are as they were"):
        assert {own.pk, other.pk} <= set(model._base_manager.values_list("pk", flat=True))


def _pointing_at(model: type[models.Model]) -> Iterator[tuple[type[models.Model], Any]]:
    for holder in MODELS.values():
        for field in holder._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is model:
                yield holder, field


@on_postgresql
@pytest.mark.parametrize("table", WALLED)
def test_where_the_wall_is_taken_down_the_other_towns_row_is_seen(table, towns, unchecked):
    """What the test above finds is the wall's doing, and nobody else's."""
    model, (ours, theirs) = MODELS[table], towns
    key = model._meta.pk.column
    with taken_back():
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        with every_municipality("a row to look for"):
            other = Rows().put(model, theirs)
        with active_municipality(ours):
            assert model._base_manager.filter(pk=other.pk).exists()
            assert count(f'SELECT count(*) FROM "{table}" WHERE "{key}" = %s', other.pk) == 1
    assert table not in rowsecurity.lacking()
