"""The head kept apart: what is cut off, emptied or made anew shows, and a restore is told from an attack by a person."""

import fcntl

import pytest
from django.db import connection
from typer.testing import CliRunner

from yakuba.kernel.audit import head
from yakuba.kernel.audit.chain import record, verify
from yakuba.kernel.audit.cli import app
from yakuba.kernel.audit.models import AuditEvent, ChainHead
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(settings, tmp_path):
    """A municipality whose head is kept in a folder of the test's own, with five events."""
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    _ = settings.YAKUBA.encryption_key
    city = Municipality.objects.create(code="990019", name="やくば市")
    with active_municipality(city):
        more(5)
        yield city


def more(number):
    for _ in range(number):
        record("ledger.case_viewed", subject="case:1")


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def execute(*statements):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")


def cut_to(sequence):
    """Somebody who can write the database takes the end away and sets the head's row to match."""
    last = AuditEvent.objects.get(sequence=sequence).hash
    execute(
        f"DELETE FROM audit_auditevent WHERE sequence > {sequence}",
        f"UPDATE audit_chainhead SET sequence = {sequence}, hash = '{last}'",
    )
    assert verify() == (sequence, []), "the database alone does not know"


def test_a_whole_chain_verifies_with_its_head(city):
    assert head.read().sequence == 5
    assert head.problems() == []
    assert run("verify").exit_code == 0


def test_the_last_event_removed_shows(city):
    cut_to(4)
    (problem,) = head.problems()
    assert "最後の1件が失われています" in problem
    assert run("verify").exit_code == 1


@pytest.mark.parametrize("afterwards", [0, 3, 5, 6, 20])
def test_a_chain_that_was_emptied_shows_however_long_it_grows_again(city, afterwards):
    execute("DELETE FROM audit_auditevent", "DELETE FROM audit_chainhead")
    more(afterwards)
    assert verify() == (afterwards, [])
    (problem,) = head.problems()
    assert ("失われています" if afterwards < 5 else "頭の控えと違います") in problem
    assert head.read().sequence == 5, "the file never leaves the chain that it followed"


def test_a_municipality_that_was_removed_altogether_shows(city):
    execute("DELETE FROM audit_auditevent", "DELETE FROM audit_chainhead", "DELETE FROM tenancy_municipality")
    assert "自治体も監査記録も" in run("verify").output


def test_a_head_that_lags_behind_a_crash_is_no_fault_and_catches_up(city):
    before = head._path().read_text()
    more(3)
    head._path().write_text(before)
    assert head.problems() == []
    more(1)
    assert head.read().sequence == 9


def test_writers_may_commit_in_any_order(city):
    more(2)
    head.follow(AuditEvent.objects.get(sequence=6))
    assert head.read().sequence == 7


def test_a_rolled_back_event_is_not_kept(city):
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        more(1)
        raise RuntimeError
    assert head.read().sequence == 5


WRONG = [
    '{"sequence": "5", "hash": "x", "at": ""}',
    '{"sequence": null, "hash": "x", "at": ""}',
    '{"sequence": 5.0, "hash": "x", "at": ""}',
    '{"sequence": 1, "hash": ["x"], "at": ""}',
    '{"sequence": 9, "hash": "x", "at": {}}',
    "[" * 100000,
]


@pytest.mark.parametrize("damage", ["missing", "[]", "{}", "nonsense", *WRONG])
def test_a_head_that_is_lost_or_damaged_is_told(city, damage):
    head._path().unlink() if damage == "missing" else head._path().write_text(damage)
    (problem,) = head.problems()
    assert "紙の要約と照合" in problem
    assert "紙の要約と照合" in "".join(run("verify").output.split())


def test_a_head_that_cannot_be_opened_is_told(city):
    head._path().unlink()
    head._path().mkdir()
    (problem,) = head.problems()
    assert "読めません" in problem


def test_a_restored_backup_is_told_precisely_and_goes_on_when_a_person_says_so(city):
    kept = head.read()
    cut_to(3)
    assert "古い控えへ戻したのなら" in head.problems()[0]
    assert run("restored", "--reason", "試験の控えへ戻した").exit_code == 0
    assert head.problems() == []
    assert AuditEvent.objects.get(sequence=4).details["reason"] == "試験の控えへ戻した"
    (put_aside,) = head._folder().glob("*.old")
    assert kept.hash in put_aside.read_text()
    assert "何もしませんでした" in run("restored", "--reason", "もう一度").output
    more(2)
    assert run("verify").exit_code == 0


def test_a_digest_on_paper_finds_what_no_file_can(city):
    """Database and data folder were both set back to an older state: only the paper knows."""
    old = head._path().read_text()
    more(5)
    written = run("digest", "--json").stdout.split('"digest": "')[1].split('"')[0]
    assert written in run("digest").stdout
    assert run("verify", "--digest", written.lower()).exit_code == 0
    cut_to(5)
    head._path().write_text(old)
    assert run("verify").exit_code == 0
    answer = run("verify", "--digest", written)
    assert answer.exit_code == 1
    for nonsense in ("10", "x", "9" * 30 + "-AAAA", "５-AAAA"):
        assert run("verify", "--digest", nonsense).exit_code == 1


def test_a_broken_chain_is_not_taken_for_a_restored_one(city):
    execute("DELETE FROM audit_auditevent WHERE sequence = 2")
    assert run("restored", "--reason", "x").exit_code == 1
    assert ChainHead.objects.get().sequence == 5


def test_who_holds_the_head_stops_no_work_and_the_next_event_takes_the_end_along(city, settings, monkeypatch):
    monkeypatch.setattr(head, "LOCK_SECONDS", 0.0)
    with (settings.YAKUBA.data_dir / "audit" / "990019.json").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        more(1)
        assert head.read().sequence == 5
    more(1)
    assert head.read().sequence == 7
    assert head.problems() == []
