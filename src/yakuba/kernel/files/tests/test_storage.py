"""A file and its row go together, whatever becomes of the transaction."""

import os
import time

import pytest
from django.db import transaction

from yakuba.kernel.files import storage
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.letters.shelf import PrintShelf
from yakuba.kernel.retention.jobs import remove_strays_everywhere

pytestmark = pytest.mark.usefixtures("in_yakuba_city")


def kept() -> StoredFile:
    return storage.store(StoredFile.Kind.UPLOAD, "a.pdf", "application/pdf", b"content")


def test_a_removed_file_goes_with_the_commit(django_capture_on_commit_callbacks):
    row = kept()
    path = storage.blob_path(row)
    with django_capture_on_commit_callbacks(execute=True):
        assert storage.remove(row, row) == 1
        assert path.exists(), "until then a rollback is possible"
    assert not path.exists()
    assert not StoredFile.objects.exists()


def test_a_rollback_loses_no_file(django_capture_on_commit_callbacks):
    row = kept()
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
    ):
        storage.remove(row)
        raise ZeroDivisionError
    assert storage.content_of(StoredFile.objects.get()) == b"content"


def test_a_print_that_is_not_thrown_away_after_all_keeps_its_parts(django_capture_on_commit_callbacks):
    shelf = PrintShelf("round-1")
    shelf.put("digest", b"part", 1)
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
    ):
        shelf.clear()
        raise ZeroDivisionError
    assert shelf.get("digest") == b"part"
    with django_capture_on_commit_callbacks(execute=True):
        shelf.clear()
    assert shelf.get("digest") is None


def test_what_a_rollback_or_a_kill_left_goes_by_itself():
    row, young = kept(), kept()
    lost, path = storage.blob_path(row), storage.blob_path(kept())
    StoredFile.objects.filter(pk__in=[row.pk, young.pk]).delete()
    for old in (lost, path):
        os.utime(old, (time.time() - 7200,) * 2)
    remove_strays_everywhere()
    assert not lost.exists()
    assert path.exists(), "it has its row"
    assert storage.blob_path(young).exists(), "its row may be under way"
