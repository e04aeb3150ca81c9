"""The chain shows every change, loss and insertion; the database refuses changes."""

import hashlib
from importlib import import_module

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from yakuba.kernel.audit import head
from yakuba.kernel.audit.chain import _content, record, seal_plain_chain, verify
from yakuba.kernel.audit.models import AppendOnly, AuditEvent, ChainHead
from yakuba.kernel.tenancy import active_municipality


def test_a_whole_chain_verifies(in_yakuba_city, clerk):
    for number in range(3):
        record("ledger.case_viewed", subject=f"case:{number}", actor=clerk, 理由="確認")
    assert verify() == (3, [])


def test_an_undeclared_event_is_refused(in_yakuba_city):
    with pytest.raises(LookupError):
        record("ledger.case_veiwed")


def test_an_event_cannot_be_changed_or_deleted(in_yakuba_city):
    event = record("ledger.case_viewed", subject="case:1")
    with pytest.raises(AppendOnly):
        event.save()
    with pytest.raises(AppendOnly):
        event.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.update(subject="case:2")


def _without_trigger(statement):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the table cannot be altered here
            cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER audit_auditevent_append_only")
        cursor.execute(statement)


def _execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE audit_auditevent SET subject = 'case:9' WHERE sequence = 2", "2番の記録が書き換え"),
        ("UPDATE audit_auditevent SET hash = 'あ' WHERE sequence = 2", "2番の記録が書き換えられて"),
        ("DELETE FROM audit_auditevent WHERE sequence = 2", "2番の記録がありません"),
        ("DELETE FROM audit_auditevent WHERE sequence = 3", "最後の記録が失われて"),
    ],
)
def test_tampering_behind_the_back_shows(in_yakuba_city, statement, word):
    for number in range(3):
        record("ledger.case_viewed", subject=f"case:{number}")
    _without_trigger(statement)
    _, problems = verify()
    assert any(word in problem for problem in problems)


def test_each_municipality_has_a_chain_of_its_own(yakuba_city, neighbour_town):
    with active_municipality(yakuba_city):
        record("ledger.case_viewed", subject="case:1")
    with active_municipality(neighbour_town):
        assert record("ledger.case_viewed", subject="case:1").sequence == 1
        assert verify() == (1, [])
    assert ChainHead.objects.count() == 2


def test_a_rolled_back_action_leaves_no_event(in_yakuba_city):
    with pytest.raises(RuntimeError), transaction.atomic():
        record("ledger.case_viewed", subject="case:1")
        raise RuntimeError
    assert verify() == (0, [])


def _rewrite(plain_until):
    """What somebody does who has the database and this program, but not the key; and what a version without a key
    would have written."""
    previous = "0" * 64
    for number, event in enumerate(AuditEvent.objects.order_by("sequence")):
        event.subject, event.previous_hash = "case:99", previous
        previous = hashlib.sha256(_content(event)).hexdigest()
        statement = (
            f"UPDATE audit_auditevent SET subject = 'case:99', previous_hash = '{event.previous_hash}', "
            f"hash = '{previous}' WHERE id = {event.pk}"
        )
        _without_trigger(statement) if number == 0 else _execute(statement)
    _execute(f"UPDATE audit_chainhead SET hash = '{previous}', plain_until = {plain_until}")


@pytest.mark.parametrize("plain_until", [0, 2, 3])
def test_a_chain_that_is_recomputed_without_the_key_shows(in_yakuba_city, plain_until):
    for number in range(3):
        record("ledger.case_viewed", subject=f"case:{number}")
    _rewrite(plain_until)
    problems = verify()[1]
    assert any("書き換えられて" in problem for problem in problems)


def test_links_of_a_version_without_a_key_are_verified_and_sealed_once(in_yakuba_city, settings, tmp_path):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    for number in range(3):
        record("ledger.case_viewed", subject=f"case:{number}")
    _rewrite(0)
    import_module("yakuba.kernel.audit.migrations.0003_keyed_chain").mark_plain_links(apps, None)
    assert "yakuba prepare" in verify()[1][0]
    assert seal_plain_chain() == []
    assert seal_plain_chain() == []
    record("ledger.case_viewed", subject="case:4")
    assert verify() == (5, [])
    assert AuditEvent.objects.get(sequence=4).details == {"links": 3, "problems": 0}
    _execute("UPDATE audit_auditevent SET subject = 'case:7' WHERE sequence = 2")
    assert any("2番の記録が書き換え" in problem for problem in verify()[1])


def test_a_plain_chain_beside_a_kept_head_is_never_sealed(in_yakuba_city, settings, tmp_path):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    head.follow(record("ledger.case_viewed", subject="case:1"))
    _rewrite(1)
    (problem,) = seal_plain_chain()
    assert "鍵のないもの（1件）に置き換わっています" in problem
    assert verify()[1]
