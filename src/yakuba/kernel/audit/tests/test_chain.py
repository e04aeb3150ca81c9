"""The chain shows every change, loss and insertion; the database refuses changes."""

import pytest
from django.db import DatabaseError, connection, transaction

from yakuba.kernel.audit.chain import record, verify
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


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE audit_auditevent SET subject = 'case:9' WHERE sequence = 2", "2番の記録が書き換え"),
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
