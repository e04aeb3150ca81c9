"""What a table says of itself before a municipality moves: whose it is, and which columns hide numbers of rows."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from yakuba.config.moving import coverage
from yakuba.config.moving.coverage import tables
from yakuba.config.moving.references import CHANGES, SEALED
from yakuba.kernel.refusals import Unavailable

# Columns in which a number of a row may hide, whatever their kind.
IN_WORDS = {"key", "subject", "choice", "lane", "holder", "keys"}


def test_a_new_table_says_whose_it_is():
    assert {model._meta.label for model in apps.get_models(include_auto_created=True)} == {
        *tables(),
        *coverage.LEFT_OUT,
    }
    assert not tables().keys() & coverage.LEFT_OUT.keys()


def test_a_table_of_nobody_stops_the_export(monkeypatch):
    monkeypatch.delitem(coverage.LEFT_OUT, "jobs.Worker")
    with pytest.raises(Unavailable, match=r"jobs\.Worker"):
        tables()


def test_every_column_that_may_hide_a_number_is_declared():
    """JSON, bytes, and keys in words: whoever adds one says in `references` what it holds."""
    hiding = set()
    for label, model in tables().items():
        for field in model._meta.concrete_fields:
            opaque = (
                isinstance(field, models.JSONField | models.BinaryField)
                or type(field).__name__ == "DocumentField"
            )
            if opaque or (field.name in IN_WORDS and isinstance(field, models.CharField)):
                hiding.add(f"{label}.{field.name}")
    assert hiding == {*CHANGES, *SEALED}
