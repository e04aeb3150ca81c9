"""The attacks of the room's README that need two towns, other rows or another key. The others stand in test_chain
(changed, removed, recomputed), test_head (cut off, emptied, set back) and test_nonsense (values of any type)."""

import pytest
from typer.testing import CliRunner

from yakuba.kernel.audit import head
from yakuba.kernel.audit.chain import record, verify
from yakuba.kernel.audit.cli import app
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.audit.tests.tampering import execute
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

pytestmark = pytest.mark.django_db(transaction=True)
COLUMNS = "municipality_id, at, actor_id, name, subject, details, previous_hash, hash"


@pytest.fixture
def towns(settings, tmp_path):
    """Two towns with five and three events."""
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    _ = settings.YAKUBA.encryption_key
    made = [Municipality.objects.create(code=code, name=name) for code, name in NAMES]
    for town, number in zip(made, (5, 3), strict=True):
        with active_municipality(town):
            for one in range(number):
                record("ledger.case_viewed", subject=f"case:{one}")
    assert CliRunner().invoke(app, ["verify"]).exit_code == 0
    return made


NAMES = (("990019", "やくば市"), ("990027", "となり町"))


def told(town):
    """What `yakuba audit verify` says of a town."""
    assert CliRunner().invoke(app, ["verify"]).exit_code == 1
    with active_municipality(town):
        return "".join(verify()[1] + head.problems())


def events(town):
    with active_municipality(town):
        return list(AuditEvent.objects.order_by("sequence"))


def set_head(town, sequence, link_hash):
    execute(
        f"UPDATE audit_chainhead SET sequence = {sequence}, hash = '{link_hash}' WHERE municipality_id = {town.pk}"
    )


def test_two_events_that_change_places_show(towns):
    city, _ = towns
    where = f"municipality_id = {city.pk} AND sequence"
    execute(
        f"UPDATE audit_auditevent SET sequence = 99 WHERE {where} = 2",
        f"UPDATE audit_auditevent SET sequence = 2 WHERE {where} = 3",
        f"UPDATE audit_auditevent SET sequence = 3 WHERE {where} = 99",
    )
    assert "2番の記録が書き換えられて" in told(city)


def test_an_event_that_is_there_twice_shows(towns):
    city, _ = towns
    last = events(city)[-1]
    execute(
        f"INSERT INTO audit_auditevent (sequence, {COLUMNS}) SELECT 6, {COLUMNS} "
        f"FROM audit_auditevent WHERE id = {last.pk}"
    )
    set_head(city, 6, last.hash)
    assert "6番の記録が書き換えられて" in told(city)


def test_an_event_of_another_town_shows_in_both(towns):
    city, town = towns
    moved = events(town)[-1]
    execute(
        f"UPDATE audit_auditevent SET sequence = 6, municipality_id = {city.pk} WHERE id = {moved.pk}",
    )
    set_head(city, 6, moved.hash)
    set_head(town, 2, moved.previous_hash)
    assert "6番の記録が書き換えられて" in told(city)
    assert "最後の1件が失われて" in told(town)


def test_two_towns_that_change_their_events_show(towns):
    city, town = towns
    execute(
        f"UPDATE audit_auditevent SET sequence = sequence + 100, municipality_id = {town.pk} "
        f"WHERE municipality_id = {city.pk}",
        f"UPDATE audit_auditevent SET municipality_id = {city.pk} "
        f"WHERE municipality_id = {town.pk} AND sequence < 100",
        f"UPDATE audit_auditevent SET sequence = sequence - 100 WHERE municipality_id = {town.pk}",
    )
    for one in towns:
        assert "1番の記録が書き換えられて" in told(one)


def test_two_towns_that_change_their_codes_show(towns):
    city, town = towns
    execute(
        f"UPDATE tenancy_municipality SET code = 'x' WHERE id = {city.pk}",
        f"UPDATE tenancy_municipality SET code = '990019' WHERE id = {town.pk}",
        f"UPDATE tenancy_municipality SET code = '990027' WHERE id = {city.pk}",
    )
    for one in Municipality.objects.all():
        assert "1番の記録が書き換えられて" in told(one)


def test_head_rows_of_two_towns_that_change_places_show(towns):
    city, town = towns
    set_head(city, 3, events(town)[-1].hash)
    set_head(town, 5, events(city)[-1].hash)
    assert "鎖の頭（audit_chainhead）が3番を指し、最後の記録（5番）と合いません" in told(city)
    assert "最後の記録が失われています（5番まで" in told(town)


def test_kept_heads_of_two_towns_that_change_places_show(towns, settings):
    folder = settings.YAKUBA.data_dir / "audit"
    first, second = (folder / f"{code}.json" for code, _ in NAMES)
    texts = first.read_text(), second.read_text()
    first.write_text(texts[1])
    second.write_text(texts[0])
    city, town = towns
    assert "3番の記録が頭の控えと違います" in told(city)
    assert "最後の2件が失われて" in told(town)


def test_a_head_row_that_is_removed_shows(towns):
    city, _ = towns
    execute(f"DELETE FROM audit_chainhead WHERE municipality_id = {city.pk}")
    assert "鎖の頭（audit_chainhead）が0番を指し" in told(city)


def test_everything_removed_with_the_kept_head_shows(towns):
    city, _ = towns
    execute(*(f"DELETE FROM {table} WHERE municipality_id = {city.pk}" for table in TABLES))
    with active_municipality(city):
        head._path().unlink()
    assert "監査記録が1件もなく" in told(city)


TABLES = ("audit_auditevent", "audit_chainhead")


def test_another_key_shows(towns, settings):
    """Who writes the whole record anew under a key of their own must put that key in the place of the old one, and
    then nothing that was encrypted opens; with the old key in place, every link shows."""
    city, _ = towns
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"master_key": "ab" * 32})
    settings.YAKUBA.__dict__.pop("encryption_key", None)
    assert "1番の記録が書き換えられて" in told(city)


@pytest.mark.parametrize("said", [(0, "0" * 64), (3, None), (5, "x"), (2**62 + 1, "x")])
def test_work_goes_on_where_the_head_row_is_wrong_and_an_event_says_so(towns, said):
    city, _ = towns
    sequence, link_hash = said
    set_head(city, sequence, link_hash or events(city)[sequence - 1].hash)
    with active_municipality(city):
        record("ledger.case_viewed", subject="case:9")
        mended, last = events(city)[-2:]
        assert (mended.sequence, mended.name, mended.details["links"]) == (6, "audit.head_mended", 5)
        assert mended.details["said"]["sequence"] == str(sequence)
        assert (last.sequence, last.subject) == (7, "case:9")
        assert verify() == (7, [])
        assert head.problems() == []


def test_a_gap_is_never_closed_by_going_on(towns):
    city, _ = towns
    execute(f"DELETE FROM audit_auditevent WHERE municipality_id = {city.pk} AND sequence > 3")
    with active_municipality(city):
        assert record("ledger.case_viewed", subject="case:9").sequence == 6
    assert "4番の記録がありません（次にあるのは6番）" in told(city)
