"""What goes out: the results as rows, for public pages and for files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.townsettings import value
from yakuba.services.surveys.contracts import QuestionKind
from yakuba.services.surveys.engine import opendata
from yakuba.services.surveys.engine.definition import Field, Question
from yakuba.services.surveys.engine.tally import FieldTally
from yakuba.services.surveys.models import Answers, Asked, Edition, Tallied
from yakuba.services.surveys.queries.results import HIDDEN, result

OPEN_KINDS = (QuestionKind.NUMBER, QuestionKind.CHOICE, QuestionKind.CHOICES, QuestionKind.DATE)


def public_editions() -> QuerySet[Any]:
    """What is published, newest first."""
    return Edition.objects.exclude(published_at=None).select_related("survey")


def licence() -> str:
    """On what terms the data may be used."""
    return str(value("surveys.licence"))


def tally_rows(edition: Edition) -> Iterator[list[Any]]:
    """In the order of `opendata.TALLY_FIELDS`."""
    counted = {row.key: row for row in Tallied.objects.filter(edition=edition)}
    for key, (question, one) in edition.definition.fields.items():
        if key not in counted or one.kind in (QuestionKind.TEXT, QuestionKind.TABLE, QuestionKind.FILE):
            continue
        found = result(edition, key, FieldTally.of_plain(key, counted[key].content, counted[key].hidden))
        for table in found.tables:
            for row in table.rows:
                group = row.group
                shared = [group.asked, group.answered, group.unanswered, row.total, row.hidden]
                if not one.options:
                    yield [
                        key,
                        one.label,
                        table.title,
                        row.name,
                        "",
                        "",
                        group.answered,
                        group.base(question.base),
                        None,
                        *shared,
                    ]
                for (code, text), share in zip(one.options.items(), row.cells, strict=False):
                    percent = None if share.tenths is None else share.tenths / 10
                    yield [
                        key,
                        one.label,
                        table.title,
                        row.name,
                        code,
                        text,
                        share.count,
                        share.of,
                        percent,
                        *shared,
                    ]


def tally_table(edition: Edition) -> Table:
    """The tally as a sheet."""
    return Table("集計", opendata.TALLY_HEAD, tally_rows(edition))


def document(edition: Edition) -> dict[str, Any]:
    """What the JSON file holds; `opendata.SCHEMA` describes it."""
    names = [name for name, *_ in opendata.TALLY_FIELDS]
    definition = edition.definition
    return {
        "survey": definition.survey, "title": definition.title, "edition": definition.edition,
        "state": "final" if definition.is_final else "provisional", "as_of": definition.as_of.isoformat(), "licence": licence(),
        "version": opendata.VERSION, "tally": [dict(zip(names, row, strict=True)) for row in tally_rows(edition)],
    }  # fmt: skip


def answers_table(edition: Edition, *, public: bool) -> Table:
    """Every body with every column, also where all of it is empty; several answers are a column each (1, 0, empty for no answer).
    public: without texts, tables and files, and without numbers of persons or firms."""
    columns = list(_columns(edition, public))
    head = [
        "団体コード",
        "都道府県",
        "団体名",
        "団体区分",
        "人口",
        "状態",
        *(heading for heading, *_ in columns),
    ]
    return Table("答え", head, _answer_rows(edition, columns, public))


def _columns(edition: Edition, public: bool) -> Iterator[tuple[str, Question, Field, str]]:
    for key, (question, one) in edition.definition.fields.items():
        if public and one.kind not in OPEN_KINDS:
            continue
        if one.kind == QuestionKind.CHOICES:
            for code, text in one.options.items():
                yield f"{key}.{code} {text}", question, one, code
        else:
            yield f"{key} {one.label}", question, one, ""


def _answer_rows(
    edition: Edition, columns: list[tuple[str, Question, Field, str]], public: bool
) -> Iterator[list[Any]]:
    answers = dict(
        Answers.objects.filter(asked__edition=edition, is_newest=True).values_list("asked_id", "values")
    )
    confidential = edition.definition.confidential
    for body in Asked.objects.filter(edition=edition).order_by("code"):
        values = answers.get(body.pk, {})
        cells = [
            _cell(values, one, option, public and question.code in confidential)
            for _, question, one, option in columns
        ]
        yield [
            body.code,
            body.prefecture,
            body.name,
            body.get_kind_display(),
            body.population,
            body.get_state_display(),
            *cells,
        ]


def _cell(values: dict[str, str], one: Field, option: str, is_hidden: bool) -> Any:
    found = values.get(one.key, "")
    if not found:
        return ""
    if is_hidden:
        return HIDDEN
    if option:
        return int(option in found.split(","))
    if one.kind == QuestionKind.NUMBER:
        return float(found) if "." in found else int(found)
    return one.options.get(found, found)
