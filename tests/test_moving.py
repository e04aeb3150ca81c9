"""One municipality out of an installation and into another: everything is equal, or nothing is there."""

from __future__ import annotations

import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from test_access import OPEN_TO_ALL, PAGES
from town_objects import RECEIPT_NUMBER, SECRET_WORD, TownObjects

from yakuba.config.moving import exporting, importing, sealed
from yakuba.config.moving.coverage import rows_of, tables
from yakuba.config.moving.references import CHANGES, SEALED, plain
from yakuba.demo import town
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit import head as kept_apart
from yakuba.kernel.audit.chain import record, verify
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of, store
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.privacy.encryption import decrypt
from yakuba.kernel.privacy.models import WrappedKey
from yakuba.kernel.refusals import Conflict, Invalid, Unavailable
from yakuba.kernel.tables.models import WaitingTable
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.intake.models import AttachedFile
from yakuba.services.robots.models import System

CODE, ELSEWHERE, WORDS = "990019", "990035", "correct-horse-battery"
# What an import changes on purpose.
CHANGED = {
    "accounts.User": {"password", "username", "is_staff", "is_superuser"},
    "jobs.Job": {"ticket", "worker_id", "handed_over_at", "stop_request", "state"},
    "schedules.Schedule": {"next_at"},
    "robots.Run": {"holder"},
    "transfers.Transfers": {"moves"},  # people by IDs that another has
    "robots.Recording": {"state", "reason"},
    "audit.AuditEvent": {"hash", "previous_hash"},
    "audit.ChainHead": {"hash", "sequence", "plain_until"},
}


def quiet(what: str, done: int, of: int) -> None:
    pass


@dataclass
class Elsewhere:
    """Another installation in the same database: its own folder and master key."""

    folder: Path
    key: bytes

    def enter(self, monkeypatch) -> None:
        monkeypatch.setattr(settings.YAKUBA, "data_dir", self.folder)
        monkeypatch.setitem(settings.YAKUBA.__dict__, "encryption_key", self.key)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setattr(sealed, "LOG_N", sealed.LOG_N_LEAST)


@pytest.fixture
def here(objects, tmp_path, monkeypatch) -> Elsewhere:
    """The installation with the demo town; its folder holds that town alone, and the end of its record."""
    folder, before = tmp_path / "here", Path(settings.YAKUBA.data_dir)
    installation = Elsewhere(folder, settings.YAKUBA.encryption_key)
    (folder / "files").mkdir(parents=True)
    if (before / "files" / CODE).exists():
        half = shutil.ignore_patterns("*.part")  # another test's thread may still be writing
        shutil.copytree(before / "files" / CODE, folder / "files" / CODE, ignore=half)
    installation.enter(monkeypatch)
    with town.in_yakuba_city():
        store(StoredFile.Kind.PAGE, "large.png", "image/png", os.urandom(3_000_000))
        store(StoredFile.Kind.PAGE, "empty.png", "image/png", b"")
        last = AuditEvent.objects.order_by("-sequence").first() or record("audit.listed")
        kept_apart.follow(last)
    return installation


@pytest.fixture
def there(here, tmp_path) -> Elsewhere:
    """An installation with a key of its own; its numbers are those of `here`, so that all collide."""
    (tmp_path / "there").mkdir()
    return Elsewhere(tmp_path / "there", os.urandom(32))


@dataclass
class Out:
    """What was taken out, and what the town held then."""

    path: Path
    rows: dict[str, dict[Any, dict[str, Any]]]
    contents: dict[Any, bytes]
    secrets: dict[int, bytes]


@pytest.fixture
def out(here, tmp_path) -> Out:
    with town.in_yakuba_city() as municipality:
        contents = {row.pk: content_of(row) for row in rows_of(StoredFile, municipality)}
        secrets = {
            row.pk: decrypt(f"robots.system:{row.pk}", bytes(row.credentials))
            for row in System.objects.exclude(credentials=b"")
        }
    exporting.export(municipality, tmp_path / "town.yakuba", WORDS, quiet)
    told = Out(tmp_path / "town.yakuba", facts(municipality), contents, secrets)
    make_way()
    return told


@pytest.fixture
def file(out) -> Path:
    return out.path


def make_way() -> None:
    """The town of here becomes another one, so that the same database can stand for the installation elsewhere too. Its
    numbers stay and collide; its random names of files and its keys would never be there."""
    WrappedKey.objects.all().delete()
    Municipality.objects.filter(code=CODE).update(code=ELSEWHERE)
    for named in (StoredFile, WaitingTable):
        for old in named.all_municipalities.values_list("pk", flat=True):
            new = uuid.uuid4()
            named.all_municipalities.filter(pk=old).update(id=new)
            for model in tables().values():
                for field in model._meta.concrete_fields:
                    if field.related_model is named:
                        model._base_manager.filter(**{field.attname: old}).update(**{field.attname: new})


def facts(municipality: Municipality) -> dict[str, dict[Any, dict[str, Any]]]:
    return {
        label: {
            row.pk: {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
            for row in rows_of(model, municipality)
        }
        for label, model in tables().items()
    }


def numbered(field: models.Field) -> bool:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return isinstance(target, models.AutoField)


def require_equal(label: str, before: dict[str, Any], after: dict[str, Any], shift: int) -> None:
    for field in apps.get_model(label)._meta.concrete_fields:
        name, was, now = field.attname, before[field.attname], after[field.attname]
        if field.name in CHANGED.get(label, ()) or name in CHANGED.get(label, ()):
            continue
        if f"{label}.{field.name}" in SEALED or CHANGES.get(f"{label}.{field.name}", plain) is not plain:
            continue  # looked at below
        if isinstance(was, memoryview):
            was, now = bytes(was), bytes(now)
        wanted = was + shift if numbered(field) and was is not None else was
        assert now == wanted, (label, name)


def test_everything_is_equal_elsewhere(here, there, out, monkeypatch):
    there.enter(monkeypatch)
    taken = importing.take_in(out.path, WORDS, quiet)
    assert taken.shift
    assert taken.shift % importing.ROUND == 0
    new = Municipality.objects.get(code=CODE)
    after = facts(new)
    assert sum(map(len, out.rows.values())) > 100
    for label, rows in out.rows.items():
        keys = {key: key + taken.shift if isinstance(key, int) else key for key in rows}
        more = set(after[label]) - set(keys.values())
        assert set(keys.values()) <= set(after[label]), label
        assert len(more) == (1 if label == "audit.AuditEvent" else 0), (label, more)  # that it came
        for key, row in rows.items():
            require_equal(label, row, after[label][keys[key]], taken.shift)
    assert set(out.contents) == set(after["files.StoredFile"])
    with active_municipality(new):
        for row in StoredFile.objects.all():
            assert content_of(row) == out.contents[row.pk]
        assert out.secrets
        for row in System.objects.exclude(credentials=b""):
            name = f"robots.system:{row.pk}"
            assert decrypt(name, bytes(row.credentials)) == out.secrets[row.pk - taken.shift]
        assert [verify()[1], kept_apart.problems()] == [[], []]
        event = AuditEvent.objects.get(name="audit.municipality_imported")
        assert event.details["end_before"] == taken.head.digest != ""
    assert not (there.folder / f"importing-{CODE}").exists()


@pytest.mark.full
def test_every_page_shows_the_same_at_its_new_number(
    objects: TownObjects, here, there, tmp_path, monkeypatch
):
    """What hides in words and JSON leads to the right rows."""
    looked_at = look("kanri", objects.arguments)
    assert len([one for one in looked_at.values() if one[0] == 200]) > 20
    with town.in_yakuba_city() as municipality:
        kept_apart.follow(AuditEvent.objects.order_by("-sequence").first())
    exporting.export(municipality, tmp_path / "out", WORDS, quiet)
    make_way()
    there.enter(monkeypatch)
    shift = importing.take_in(tmp_path / "out", WORDS, quiet).shift
    moved = {name: number(name, value, shift) for name, value in objects.arguments.items()}
    assert look(f"kanri@{CODE}", moved) == looked_at


# Who leaves has no schedules in hand that are switched off; the others show what stays behind.
NOT_THE_SAME = {"administration:person-leave", "reading:mixed_picture", "support:grant"}


def number(name: str, value: Any, shift: int) -> Any:
    """The argument of an address elsewhere: numbers of rows have moved, versions and pages have not."""
    if name.endswith("_id") and type(value) is int:
        return value + shift
    return str(int(value) + shift) if name == "key" and str(value).isdigit() else value


def look(username: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Name of a page -> its status, and how often it shows what nothing else does."""
    client, found = Client(raise_request_exception=False), {}
    client.force_login(User.objects.get(username=username))
    for page in PAGES:
        if page.name in OPEN_TO_ALL | NOT_THE_SAME or not page.arguments:
            continue
        answer = client.get(page.url(TownObjects(arguments)))
        text = "" if answer.streaming else answer.content.decode(errors="replace")
        found[page.name] = (answer.status_code, text.count(RECEIPT_NUMBER), text.count(SECRET_WORD))
    return found


def test_people_prove_who_they_are_anew_and_nothing_begins_by_itself(here, there, file, monkeypatch):
    there.enter(monkeypatch)
    taken = importing.take_in(file, WORDS, quiet)
    with active_municipality(Municipality.objects.get(code=CODE)) as new:
        people = User.objects.filter(municipality=new)
        assert people.count() == len(taken.renamed), "all their IDs are others' here"
        assert all(one.username.endswith(f"@{CODE}") and not one.has_usable_password() for one in people)
        assert not Job.objects.filter(state__in=(State.WAITING, State.RUNNING)).exists()


@pytest.mark.slow
def test_jobs_wait_until_the_old_installation_has_stopped(here, there, tmp_path, monkeypatch):
    with town.in_yakuba_city() as municipality:
        enqueue("reading.read_sheet", key="sheet-1", sheet_id=1)
    exporting.export(municipality, tmp_path / "again", WORDS, quiet)
    make_way()
    there.enter(monkeypatch)
    taken = importing.take_in(tmp_path / "again", WORDS, quiet)
    with active_municipality(Municipality.objects.get(code=CODE)):
        job = Job.objects.get(key=f"sheet-{1 + taken.shift}")
        assert (job.state, job.arguments) == (State.PAUSED, {"sheet_id": 1 + taken.shift})


def nothing_is_there(there: Elsewhere) -> bool:
    left = [
        path
        for path in (there.folder / "files", there.folder / "audit")
        if path.exists() and any(path.iterdir())
    ]
    return not left and not Municipality.objects.filter(code=CODE).exists()


def test_a_wrong_passphrase_opens_nothing(here, there, file, monkeypatch):
    there.enter(monkeypatch)
    with pytest.raises(Invalid, match="合言葉が違うか"):
        importing.take_in(file, WORDS + "x", quiet)
    assert nothing_is_there(there)


@pytest.mark.slow
def test_a_damaged_file_is_refused_whole(here, there, file, tmp_path, monkeypatch):
    there.enter(monkeypatch)
    content, broken = file.read_bytes(), tmp_path / "broken"
    size, piece = len(content), sealed.PIECE + sealed.TAG_BYTES
    cases = [
        content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in (0, 14, 20, size // 2, size - 1)
    ]
    cases += [content[:at] for at in (0, 10, sealed.HEADER.size, sealed.HEADER.size + piece, size - 1)]
    cases += [content + b"x", content[: sealed.HEADER.size + piece] + content[sealed.HEADER.size :]]
    for case in cases:
        broken.write_bytes(case)
        with pytest.raises(Invalid):
            importing.take_in(broken, WORDS, quiet)
        assert nothing_is_there(there)
    with pytest.raises(Invalid, match="を読めません"):
        importing.take_in(tmp_path / "nowhere", WORDS, quiet)


def test_a_municipality_that_is_there_stays_as_it_is(here, there, file, monkeypatch):
    there.enter(monkeypatch)
    Municipality.objects.create(code=CODE, name="べつの市")
    with pytest.raises(Conflict, match="もうあります"):
        importing.take_in(file, WORDS, quiet)
    assert Municipality.objects.get(code=CODE).name == "べつの市"


@pytest.mark.parametrize(("more", "said"), [(["zz.0001"], "新しい版"), ([], "古い版")])
def test_another_version_is_refused(here, there, file, monkeypatch, more, said):
    there.enter(monkeypatch)
    head = importing.read_head(file, WORDS)
    monkeypatch.setattr(importing, "applied", lambda: head.migrations if not more else head.migrations[:-1])
    if not more:
        monkeypatch.setattr(importing, "applied", lambda: [*head.migrations, "zz.0001"])
    with pytest.raises(Conflict, match=said):
        importing.take_in(file, WORDS, quiet)
    assert nothing_is_there(there)


def test_what_fails_in_the_middle_leaves_nothing(here, there, file, monkeypatch):
    there.enter(monkeypatch)
    insert, calls = importing._insert, []

    def failing(model, rows):
        calls.append(model)
        if len(calls) > 12:
            raise ValueError("the disk is gone")
        insert(model, rows)

    monkeypatch.setattr(importing, "_insert", failing)
    with pytest.raises(Invalid, match="行を入れられません"):
        importing.take_in(file, WORDS, quiet)
    assert nothing_is_there(there)
    monkeypatch.setattr(importing, "_insert", insert)
    assert importing.take_in(file, WORDS, quiet).shift


def test_what_the_zone_may_not_hold_is_not_taken_in(here, there, file, tmp_path, monkeypatch):
    there.enter(monkeypatch)
    profile = tmp_path / "profile.yaml"
    profile.write_text(
        "名前: x\nモデル: β\n系: インターネット接続系\n扱える情報: 機密性1\n通信: []\n", encoding="utf-8"
    )
    monkeypatch.setattr(settings.YAKUBA, "deployment", profile)
    with pytest.raises(Conflict, match="インターネット接続系で扱えるのは機密性1まで"):
        importing.take_in(file, WORDS, quiet)
    assert nothing_is_there(there)


def test_what_a_killed_import_left_is_removed_and_what_is_no_imports_is_not(here, there, file, monkeypatch):
    there.enter(monkeypatch)
    left = there.folder / "files" / CODE / "ab" / "left"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x")
    with pytest.raises(Conflict, match="がもうあります"):
        importing.take_in(file, WORDS, quiet)
    assert left.exists()
    (there.folder / f"importing-{CODE}").touch()
    importing.take_in(file, WORDS, quiet)
    assert not left.exists()


def test_a_full_disk_is_told_before_anything_is_written(here, there, file, monkeypatch):
    there.enter(monkeypatch)
    monkeypatch.setattr(importing, "SPARE", 2**60)
    with pytest.raises(Unavailable, match="空きが足りません"):
        importing.take_in(file, WORDS, quiet)
    assert nothing_is_there(there)


def test_what_a_resident_is_still_writing_stays_behind_with_its_files(here):
    with town.in_yakuba_city() as municipality:
        waiting, sent = AttachedFile.objects.get(submission=None), AttachedFile.objects.get(draft=None)
        assert list(rows_of(AttachedFile, municipality)) == [sent]
        goes = set(rows_of(StoredFile, municipality).values_list("pk", flat=True))
        assert {waiting.file_id, sent.file_id} & goes == {sent.file_id}
        nobodys = StoredFile.objects.get(name="large.png")
        assert nobodys.pk in goes, "what no row names goes along: a job may"
        AttachedFile.objects.filter(pk=sent.pk).update(file=waiting.file_id)
        assert rows_of(StoredFile, municipality).filter(pk=waiting.file_id).exists(), "it is needed there"
