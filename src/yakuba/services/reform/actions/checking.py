"""A row that was filled in from outside is looked at before it is written."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from yakuba.kernel.refusals import Invalid, Problem


def check(row: Any) -> None:
    """Put the active municipality on it. Raises Invalid with a problem for each column that does not hold."""
    row.take_municipality()
    try:
        row.full_clean()
    except ValidationError as error:
        labels = {field.name: str(field.verbose_name) for field in row._meta.fields}
        problems = [
            Problem(0, labels.get(name, ""), str(sentence))
            for name, sentences in error.message_dict.items()
            for sentence in sentences
        ]
        raise Invalid("\n".join(map(str, problems)), problems=problems) from error
