"""A stored file that belongs to nothing goes, and no other."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import connection, models
from django.utils import timezone

from yakuba.kernel.files import checking, storage, unreferenced
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.jobs import enqueue, registry
from yakuba.kernel.retention.jobs import remove_strays_everywhere
from yakuba.kernel.tables.models import WaitingTable
from yakuba.kernel.tenancy import active_municipality

pytestmark = pytest.mark.usefixtures("in_yakuba_city")


@pytest.fixture
def old():
    return kept()


def kept(age: timedelta = timedelta(days=2)) -> StoredFile:
    row = storage.store(StoredFile.Kind.UPLOAD, "a.pdf", "application/pdf", b"content")
    StoredFile.objects.filter(pk=row.pk).update(created_at=timezone.now() - age)
    return row


@contextmanager
def later(**columns):
    """A model that a room gets in a later release."""
    body = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "files"}), **columns}
    try:
        model = type("Later", (models.Model,), body)
        names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
        with connection.cursor() as cursor:
            kind = "uuid" if connection.vendor == "postgresql" else "char(32)"
            columns = ", ".join(f"{name} {kind if name == 'file_id' else 'text'}" for name in names)
            cursor.execute(f"CREATE TABLE {model._meta.db_table} (id integer PRIMARY KEY, {columns})")
        yield model
    finally:
        del apps.all_models["files"]["later"]
        apps.clear_cache()


def test_what_a_kill_left_behind_goes_by_itself(old, django_capture_on_commit_callbacks):
    path, young = storage.blob_path(old), kept(timedelta(hours=23))
    assert "1個あります" in checking.self_check()[0].advice
    with django_capture_on_commit_callbacks(execute=True):
        remove_strays_everywhere()
    assert list(StoredFile.objects.all()) == [young], "its row may be under way"
    assert not path.exists()
    assert checking.self_check()[0].ok


def test_all_go_however_many(monkeypatch):
    monkeypatch.setattr(unreferenced, "AT_ONCE", 2)
    for _ in range(5):
        kept()
    assert unreferenced.clear() == 5


def test_a_file_that_a_row_names_stays(old, clerk, neighbour_town):
    WaitingTable.objects.create(kind="test", file=old, person=clerk)
    with active_municipality(neighbour_town):
        assert unreferenced.clear() == 0
    assert unreferenced.count() == unreferenced.clear() == 0


@pytest.mark.parametrize("spelt", [str, lambda key: key.hex])
def test_a_file_that_a_job_names_stays(old, spelt):
    registry.job("tests.holds", label="試験")(lambda context, **named: None)
    try:
        enqueue("tests.holds", key="one", file=spelt(old.pk))
    finally:
        registry.forget("tests.holds")
    assert unreferenced.clear() == 0
    assert StoredFile.objects.filter(pk=old.pk).exists()


def test_every_foreign_key_of_every_room_is_asked():
    every = {
        (model, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is StoredFile
    }
    assert every == set(unreferenced.references())
    assert len(every) > 10


@pytest.mark.parametrize("kind", [models.ForeignKey, models.OneToOneField])
def test_a_model_that_is_new_is_asked(old, kind):
    with later(file=kind(StoredFile, models.CASCADE, related_name="+")) as model:
        row = model.objects.create(id=1, file=old)
        assert unreferenced.clear() == 0
        row.delete()
        assert unreferenced.clear() == 1


def test_one_that_names_it_in_words_is_asked(old):
    with later(held=models.TextField()) as model:
        model.objects.create(id=1, held=f"[{old.pk}]")
        assert unreferenced.clear() == 0


def test_where_a_reference_cannot_be_followed_nothing_goes(old):
    with later(kind=models.TextField(), key=models.TextField(), of=GenericForeignKey("kind", "key")):
        with pytest.raises(unreferenced.Unresolved):
            unreferenced.clear()
        assert not checking.self_check()[0].ok
        remove_strays_everywhere()
    assert StoredFile.objects.filter(pk=old.pk).exists()


def test_what_is_taken_up_while_the_sweep_looks_stays(old, clerk, monkeypatch):
    real = unreferenced._in_words

    def looking(keys):
        WaitingTable.objects.create(kind="test", file=old, person=clerk)
        return real(keys)

    monkeypatch.setattr(unreferenced, "_in_words", looking)
    assert unreferenced.clear() == 0
    assert WaitingTable.objects.exists()
