"""Whoever has the file of SQLite can put anything into any column: `yakuba audit verify` tells, and never fails."""

import json

import pytest
from django.db import connection
from typer.testing import CliRunner

from yakuba.kernel.audit.chain import record, seal_plain_chain, verify
from yakuba.kernel.audit.cli import app
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

pytestmark = [pytest.mark.django_db, pytest.mark.first(6)]

NO_UTF_8 = "CAST(x'ff41' AS TEXT)"


@pytest.fixture
def city(settings, tmp_path):
    """Three events in tables without any constraint."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps the types of its columns")
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    _ = settings.YAKUBA.encryption_key
    city = Municipality.objects.create(code="990019", name="やくば市")
    with active_municipality(city):
        for _ in range(3):
            record("ledger.case_viewed", subject="case:1")
        for table in ("audit_auditevent", "audit_chainhead"):
            _execute(
                f"ALTER TABLE {table} RENAME TO old",
                f"CREATE TABLE {table} AS SELECT * FROM old",
                "DROP TABLE old",
            )
        assert verify() == (3, [])
        yield city


def _execute(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _told():
    answer = CliRunner().invoke(app, ["verify", "--json"])
    assert answer.exit_code == 1
    assert isinstance(answer.exception, SystemExit), answer.exception
    (row,) = json.loads(answer.stdout)
    return row["problems"]


@pytest.mark.parametrize("value", ["NULL", "'zwei'", "x'00ff'", "2.5", "1e300", NO_UTF_8])
def test_a_number_that_is_none(city, value):
    _execute(f"UPDATE audit_auditevent SET sequence = {value} WHERE sequence = 2")
    problems = _told()
    assert any("番号が数でない記録" in problem for problem in problems)
    assert any("2番の記録がありません" in problem for problem in problems)


def test_no_number_left(city):
    _execute("UPDATE audit_auditevent SET sequence = NULL")
    assert any("最後の記録が失われて" in problem for problem in _told())


@pytest.mark.parametrize("column", ["hash", "previous_hash", "name", "subject", "at", "details", "actor_id"])
@pytest.mark.parametrize("value", ["NULL", "7", "x'00ff'", "'あ'", NO_UTF_8, "1e999"])
def test_any_value_in_any_column(city, column, value):
    if (column, value) == ("actor_id", "NULL"):
        return  # as it was
    for number in (2, 3):  # within, and at the end
        _execute(f"UPDATE audit_auditevent SET {column} = {value} WHERE sequence = {number}")
        assert any(f"{number}番の記録が書き換えられて" in problem for problem in _told())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("details", "'{'"),
        ("details", "'[1]'"),
        ("details", "'null'"),
        ("details", """'{"a": "\\ud800"}'"""),
        ("details", "'" + "[" * 100000 + "'"),
        ("details", """'{"a": """ + "[" * 800 + "]" * 800 + "}'"),
        ("at", "'2026-13-45 00:00:00'"),
        ("at", "'0001-01-01 00:00:00+09:00'"),
        ("at", "'昨日'"),
    ],
)
@pytest.mark.parametrize("plain_until", [0, 1])
def test_values_that_cannot_be_converted(city, column, value, plain_until):
    _execute(
        f"UPDATE audit_auditevent SET {column} = {value} WHERE sequence = 2",
        f"UPDATE audit_chainhead SET plain_until = {plain_until}",
    )
    assert any("2番の記録が書き換えられて" in problem for problem in _told())


@pytest.mark.parametrize("column", ["sequence", "hash", "plain_until"])
@pytest.mark.parametrize("value", ["NULL", "'x'", "x'00ff'", "0.5", NO_UTF_8])
def test_any_value_in_the_head(city, column, value):
    _execute(f"UPDATE audit_chainhead SET {column} = {value}")
    assert any("鎖の頭" in p or "最後の記録が失われて" in p for p in _told())
    assert seal_plain_chain() == []


def test_a_digest_meets_nonsense(city):
    _execute("UPDATE audit_auditevent SET hash = NULL, at = 'x' WHERE sequence = 2")
    assert CliRunner().invoke(app, ["verify", "--digest", "2-AAAA"]).exit_code == 1


@pytest.mark.parametrize("column", ["sequence", "hash"])
@pytest.mark.parametrize("value", ["NULL", "'x'", "x'00ff'", "0.5", NO_UTF_8, "-1"])
def test_events_are_kept_whatever_stands_in_the_head(city, column, value):
    _execute(f"UPDATE audit_chainhead SET {column} = {value}")
    record("ledger.case_viewed", subject="case:2")
    assert verify() == (5, [])
    names = list(AuditEvent.objects.order_by("sequence").values_list("name", flat=True))
    assert names[3:] == ["audit.head_mended", "ledger.case_viewed"]


@pytest.mark.parametrize("column", ["sequence", "hash", "plain_until"])
@pytest.mark.parametrize("value", ["NULL", "'x'", NO_UTF_8])
def test_the_digest_of_a_whole_chain_asks_no_head(city, column, value):
    before = CliRunner().invoke(app, ["digest", "--json"])
    _execute(f"UPDATE audit_chainhead SET {column} = {value}")
    after = CliRunner().invoke(app, ["digest", "--json"])
    assert (after.exit_code, after.stdout) == (0, before.stdout)


@pytest.mark.parametrize("column", ["hash", "at", "details", "name", "previous_hash"])
@pytest.mark.parametrize("value", ["NULL", "7", "x'00ff'", NO_UTF_8])
def test_no_digest_of_a_broken_link(city, column, value):
    _execute(f"UPDATE audit_auditevent SET {column} = {value} WHERE sequence = 3")
    answer = CliRunner().invoke(app, ["digest"])
    assert answer.exit_code == 1
    assert isinstance(answer.exception, SystemExit), answer.exception
    assert "要約を出せません" in "".join(answer.output.split())


def test_a_number_that_is_none_is_no_end(city):
    before = CliRunner().invoke(app, ["digest", "--json"]).stdout
    _execute("INSERT INTO audit_auditevent (municipality_id, sequence, at) SELECT municipality_id, 'zz', 'zz' "
             "FROM audit_auditevent WHERE sequence = 1")  # fmt: skip
    assert CliRunner().invoke(app, ["digest", "--json"]).stdout == before
