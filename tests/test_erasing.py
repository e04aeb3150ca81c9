"""A municipality erased from its installation: nothing of it is left, the others are as they were, and from its export
everything is there again elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from test_moving import CODE, WORDS, _cheap, facts, here, quiet, require_equal, there  # noqa: F401
from town_objects import RECEIPT_NUMBER, SECRET_WORD
from typer.testing import CliRunner

from yakuba.config.backup import taking
from yakuba.config.moving import coverage, erasing, exporting, importing
from yakuba.config.moving.commands import app
from yakuba.demo import town
from yakuba.kernel.audit import head as kept_apart
from yakuba.kernel.audit import house
from yakuba.kernel.audit.chain import record, verify
from yakuba.kernel.audit.models import AuditEvent, HouseEvent
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of, store
from yakuba.kernel.jobs.models import FINISHED, Job, State
from yakuba.kernel.privacy import keys
from yakuba.kernel.refusals import Conflict, Refused
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

NAME = "やくば市"


@pytest.fixture
def idle(here) -> Municipality:  # noqa: F811
    """The demo town with no work under way."""
    with town.in_yakuba_city() as municipality:
        Job.objects.exclude(state__in=FINISHED).update(state=State.CANCELLED)
    return municipality


def export(municipality: Municipality, path: Path) -> Path:
    exporting.export(municipality, path, WORDS, quiet)
    return path


def erase(*words: str, typed: str = f"{CODE}\n{NAME}\n") -> Any:
    return CliRunner().invoke(app, ["erase", CODE, "--reason", "転出", *words], input=typed)


def texts() -> str:
    """Every column of every table, as text."""
    told = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            told += [str(row) for row in cursor.fetchall()]
    return "\n".join(told)


@pytest.mark.slow
def test_exported_erased_and_taken_in_elsewhere_everything_is_equal(idle, here, there, tmp_path, monkeypatch):  # noqa: F811
    other = Municipality.objects.get(code="990027")
    with active_municipality(other):
        kept = store(StoredFile.Kind.PAGE, "theirs.png", "image/png", b"theirs")
        kept_apart.follow(record("audit.listed"))
    neighbour = facts(other)
    with active_municipality(idle):
        contents = {row.pk: content_of(row) for row in StoredFile.objects.all()}
    file = export(idle, tmp_path / "town")
    with active_municipality(idle):
        kept_apart.follow(AuditEvent.objects.order_by("-sequence").first())
    before = facts(idle)
    assert RECEIPT_NUMBER in texts()
    done = erase("--export", str(file), "--passphrase-stdin", typed=f"{WORDS}\n{CODE}\n{NAME}\n")
    assert done.exit_code == 0, done.output
    assert not Municipality.objects.filter(code=CODE).exists()
    said = texts()
    assert [word for word in (RECEIPT_NUMBER, SECRET_WORD, "madoguchi") if word in said] == []
    left = [path for path in here.folder.rglob("*") if CODE in str(path.relative_to(here.folder))]
    assert left == []
    ended, begun = HouseEvent.objects.order_by("-sequence")[:2]
    assert (begun.name, ended.name, begun.code, begun.number) == (house.ERASING, house.ERASED, CODE, idle.pk)
    assert begun.details["rows"]["files.StoredFile"] == begun.details["files"] == len(contents)
    assert begun.details["reason"] == "転出"
    assert begun.by
    with active_municipality(other):
        assert facts(other) == neighbour
        assert content_of(kept) == b"theirs"
        assert [verify()[1], kept_apart.problems()] == [[], []]
    assert house.verify() == (2, []) or connection.in_atomic_block  # the kept end follows a commit

    keys.WrappedKey.objects.all().delete()  # elsewhere
    there.enter(monkeypatch)
    taken = importing.take_in(file, WORDS, quiet)
    new = Municipality.objects.get(code=CODE)
    after = facts(new)
    for label, rows in before.items():
        for key, row in rows.items():
            moved = key + taken.shift if isinstance(key, int) else key
            require_equal(label, row, after[label][moved], taken.shift)
    with active_municipality(new):
        assert {row.pk: content_of(row) for row in StoredFile.objects.all()} == {
            key: contents[key] for key in before["files.StoredFile"]
        }
        assert [verify()[1], kept_apart.problems()] == [[], []]


@pytest.mark.slow
def test_it_is_asked_twice_and_wants_an_export_of_now_or_a_word(idle, tmp_path):
    file = export(idle, tmp_path / "town")
    proved = ("--export", str(file), "--passphrase-stdin")
    for words, typed, said in [
        ((), "", "--without-export"),
        (("--without-export",), f"{CODE}\nとなり町\n", "自治体の名称が違います"),
        (("--without-export",), "990027\n", "団体コードが違います"),
        (proved, f"{WORDS}x\n", "合言葉が違うか"),
    ]:
        done = erase(*words, typed=typed)
        assert done.exit_code
        assert said in done.output
    with active_municipality(idle):
        record("audit.listed")
    done = erase(*proved, typed=f"{WORDS}\n")
    assert "記録が増えています" in done.output
    assert not HouseEvent.objects.exists()
    with active_municipality(idle):
        assert record("audit.listed").pk


def test_it_waits_for_work_and_for_people_whom_others_need(idle):
    erasing.require_idle(idle)
    with active_municipality(idle):
        person = town.user("kanri")
    with active_municipality(Municipality.objects.get(code="990027")):
        row = StoredFile.objects.create(
            kind="page", name="x", media_type="x", size=0, sha256="", created_by=person
        )
        with pytest.raises(Conflict, match="ほかの自治体の「ファイル」に、やくば市 の職員"):
            erasing.require_idle(idle)
        row.delete()
    with active_municipality(idle):
        Job.objects.filter(pk=Job.objects.order_by("pk").first().pk).update(state=State.WAITING)
    with pytest.raises(Conflict, match="仕事が1件"):
        erasing.require_idle(idle)


@pytest.mark.parametrize("at", ["_erase_rows", "_erase_folders", "scrub"])
def test_what_was_killed_is_taken_up_and_nothing_opens_meanwhile(idle, here, at, monkeypatch):  # noqa: F811
    held = getattr(erasing, at)

    def killed(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(erasing, at, killed)
    assert str(erase("--without-export").exception) == "killed"
    with pytest.raises(keys.KeyDestroyed):
        keys.town_key("data", CODE)
    assert CODE in house.erasures()
    monkeypatch.setattr(erasing, at, held)
    assert erase(typed="").exit_code == 0
    assert house.erasures() == {}
    assert not Municipality.objects.filter(code=CODE).exists()
    assert not (here.folder / "files" / CODE).exists()


def test_while_it_is_under_way_no_backup_is_taken_and_nothing_comes_in(idle, here, tmp_path, monkeypatch):  # noqa: F811
    (here.folder / "master.key").write_text(here.key.hex())
    monkeypatch.setattr(taking, "applied", lambda: ["a migration"])
    file = export(idle, tmp_path / "town")
    erasing.begin(idle, "転出", "")
    with pytest.raises(Refused, match="消去が途中"):
        taking.take(tmp_path / "backup", quiet)
    with pytest.raises(Refused, match="消去が途中"):
        importing.take_in(file, WORDS, quiet)


def test_every_table_goes_or_says_why_it_stays():
    assert {model._meta.label for model in apps.get_models(include_auto_created=True)} == {
        *(model._meta.label for model, _ in coverage.erased()),
        *coverage.KEPT,
    }


def test_the_installations_record_shows_what_was_changed(db):
    house.record(house.ROTATED, by="root", keys=3)
    house.record(house.ROTATED, by="root", keys=4)
    assert house.verify()[0] == 2
    last = HouseEvent.objects.order_by("-sequence").first()
    HouseEvent.objects.bulk_create([HouseEvent(sequence=3, at=last.at, name=house.ERASED, by="x", hash="y")])
    assert any("3番の記録が書き換えられて" in one for one in house.verify()[1])
