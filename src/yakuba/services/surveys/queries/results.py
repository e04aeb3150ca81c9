"""What an edition found, from its prepared tally: tables with every denominator, charts, maps, trends, a body's own sheet (個票)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yakuba.kernel.charts import Chart, bar_chart, line_chart
from yakuba.kernel.maps import Map, body_map
from yakuba.kernel.maps.areas import areas_of
from yakuba.kernel.maps.places import places
from yakuba.services.reform import facade as reform
from yakuba.services.surveys.contracts import BodyClass, QuestionKind, Share
from yakuba.services.surveys.engine.answers import shown
from yakuba.services.surveys.engine.definition import Field, Question
from yakuba.services.surveys.engine.tally import ALL, MUNICIPAL, FieldTally, Group, percents_sum
from yakuba.services.surveys.engine.trends import Year, lines, trend
from yakuba.services.surveys.models import Answers, Asked, Edition, Tallied

HIDDEN = "秘匿"
MOST_LINES = 6


@dataclass(frozen=True)
class Row:
    """One group of a table. cells: by option, or the one total; named: the same with the options' texts; hidden: the number is not
    shown."""

    name: str
    group: Group
    cells: tuple[Share, ...] = ()
    total: str = ""
    median: str = ""
    hidden: bool = False
    named: tuple[tuple[str, Share], ...] = ()


@dataclass(frozen=True)
class Table:
    """A field by one kind of groups. note: why percentages do not add up, and what is hidden."""

    title: str
    options: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True)
class Result:
    """A field with its tables."""

    question: Question
    field: Field
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()


def tally_of(edition: Edition, key: str) -> FieldTally | None:
    """The prepared tally of a field; None where none is made."""
    row = Tallied.objects.filter(edition=edition, key=key).first()
    return FieldTally.of_plain(key, row.content, row.hidden) if row else None


def result(edition: Edition, key: str, counted: FieldTally) -> Result:
    """Its tables: by class, prefecture, population band."""
    question, one = edition.definition.fields[key]
    kinds = (
        ("団体区分", [ALL, MUNICIPAL, *(f"class:{kind.value}" for kind in BodyClass)]),
        (
            "都道府県",
            sorted(
                (name for name in counted.groups if name.startswith("prefecture:")), key=_prefecture_order
            ),
        ),
        ("人口区分", sorted((name for name in counted.groups if name.startswith("band:")), key=_band_order)),
    )
    groups = [[name for name in names if name in counted.groups] for _, names in kinds]
    is_confidential = question.code in edition.definition.confidential
    tables = tuple(
        _table(title, question, one, names, counted, is_confidential)
        for (title, _), names in zip(kinds, groups, strict=True)
        if names
    )
    notes = (
        [f"割合の母数は{'答えた団体' if question.base == 'answered' else '調べた団体のすべて'}です。"]
        if one.options
        else []
    )
    if one.kind == QuestionKind.CHOICES:
        notes.append("いくつでも選べる設問なので、割合を足すと100%を超えることがあります。")
    if question.when is not None:
        notes.append("前の答えによって、答える団体が限られる設問です。")
    if question.published:
        notes.append("この回は、公表された割合だけがあります。団体ごとの答えから数えたものではありません。")
    if counted.hidden:
        notes.append(
            f"人や事業者を数える設問なので、{edition.definition.threshold}より小さい数と、それを引き算で出せる数を「{HIDDEN}」にしています。"
        )
    return Result(question, one, tables, tuple(notes))


def _prefecture_order(name: str) -> str:
    codes = {place.prefecture: code for code, place in places().items() if place.at is None}
    return codes.get(name.partition(":")[2], "99")


def _band_order(name: str) -> int:
    listed = [reform.band(people) for people in (1, 5_000, 10_000, 30_000, 50_000, 100_000, 300_000)]
    band = name.partition(":")[2]
    return listed.index(band) if band in listed else len(listed)


def name_of(group: str) -> str:
    """How a group is called."""
    kind, _, rest = group.partition(":")
    if kind == "class":
        return BodyClass(rest).label
    return {ALL: "すべて", MUNICIPAL: "全市区町村"}.get(kind, rest)


def _table(
    title: str, question: Question, one: Field, names: Sequence[str], counted: FieldTally, is_confidential: bool
) -> Table:  # fmt: skip
    """is_confidential: it counts persons or firms. A median of those is the number of one or two bodies: no sum bounds what it tells."""
    rows, masked = [], counted.hidden
    for name in names:
        group = counted.groups[name]
        if name == MUNICIPAL and group.asked == counted.groups[ALL].asked:
            continue
        cells = tuple(group.share(option, question.base) for option in one.options)
        named = tuple(zip(one.options.values(), cells, strict=True))
        hidden = name in masked
        median = "" if hidden or is_confidential else group.median
        rows.append(Row(name_of(name), group, cells, "" if hidden else group.total, median, hidden, named))
    return Table(title, tuple(one.options.values()), tuple(rows), _sums(one, rows))


def _sums(one: Field, rows: Sequence[Row]) -> str:
    """Where percentages of one choice do not add up to 100.0, what they add up to; they stay as they are."""
    if one.kind != QuestionKind.CHOICE:
        return ""
    odd = []
    for row in rows:
        together = percents_sum(row.cells)
        if together is not None and together != 1000:
            odd.append(f"{row.name} {together // 10}.{together % 10}%")
    told = "、".join(odd[:8])
    return (
        f"割合の合計が100.0%にならない行（四捨五入と無回答のため。直しません）：{told}{' ほか' if len(odd) > 8 else ''}"
        if odd
        else ""
    )


def classes_chart(found: Result) -> Chart | None:
    """Rates by class, of at most six options; of a number the totals."""
    if not found.tables:
        return None
    table = found.tables[0]
    if found.field.options:
        options = list(found.field.options.values())[:MOST_LINES]
        rows = [
            (row.name, {text: _percent(cell) for text, cell in zip(options, row.cells, strict=False)})
            for row in table.rows
            if row.group.asked
        ]
        return bar_chart(rows, title=f"{found.field.label}：団体区分ごとの割合", unit="%")
    if found.field.kind == QuestionKind.NUMBER:
        listed = [
            (row.name, {"合計": float(row.total)}) for row in table.rows[1:] if row.total and not row.hidden
        ]
        return bar_chart(listed, title=f"{found.field.label}：団体区分ごとの合計", unit=found.question.unit)
    return None


def _percent(share: Share) -> float:
    return (share.tenths or 0) / 10


def prefecture_map(found: Result, option: str, counted: FieldTally) -> Map | None:
    """Of each prefecture the rate of an option over its municipalities, or the total of a number; None is not known."""
    codes = {place.prefecture: code[:2] for code, place in places().items() if place.at is None}
    values: dict[str, float | None] = {}
    hidden = {row.name for table in found.tables for row in table.rows if row.hidden}
    for name, group in counted.groups.items():
        prefecture = name.partition(":")[2]
        if name.startswith("prefecture:") and prefecture in codes:
            if option:
                tenths = group.share(option, found.question.base).tenths if group.answered else None
                values[codes[prefecture]] = None if tenths is None else tenths / 10
            else:
                values[codes[prefecture]] = (
                    None if prefecture in hidden or not group.total else float(group.total)
                )
    if not values:
        return None
    text = found.field.options.get(option, "")
    return body_map(
        values, title=f"{found.field.label} {text}".strip(), unit="%" if option else found.question.unit
    )


def bodies_map(edition: Edition, found: Result, option: str) -> Map | None:
    """Each municipality as a point: whether it chose the option (1 or 0), or its number; nothing where it did not answer. None for a
    question that counts persons or firms."""
    if found.question.code in edition.definition.confidential:
        return None
    values: dict[str, float | None] = {}
    answers = dict(
        Answers.objects.filter(asked__edition=edition, is_newest=True).values_list("asked__code", "values")
    )
    for code, kind in Asked.objects.filter(edition=edition).values_list("code", "kind"):
        if kind == BodyClass.PREFECTURE.value:
            continue
        value = answers.get(code, {}).get(found.field.key, "")
        values[code] = None if not value else float(option in value.split(",")) if option else float(value)
    if not values:
        return None
    text = found.field.options.get(option, "")
    drawn = body_map(
        values,
        title=f"{found.field.label} {text}".strip(),
        unit="" if option else found.question.unit,
        areas=areas_of(values),
        breaks=[0.5] if option else (),
    )
    return drawn if drawn.mapped else None


def years(edition: Edition, key: str, *, public: bool = False) -> list[Year]:
    """The question over the survey's editions, the oldest first. Of provisional and final of one day both stand there."""
    rows = Edition.objects.filter(survey=edition.survey).exclude(
        state__in=(Edition.State.DRAFT, Edition.State.PROPOSED)
    )
    if public:
        rows = rows.exclude(published_at=None)
    listed = sorted(rows, key=lambda row: (row.as_of, row.is_final, row.pk))
    counted = {
        row.edition_id: FieldTally.of_plain(key, row.content, row.hidden)
        for row in Tallied.objects.filter(edition__in=listed, key=key)
    }
    code = key.partition(".")[0]
    return trend(
        code,
        key,
        [(row.definition, counted.get(row.pk)) for row in listed],
        MUNICIPAL if _has_municipal(counted) else ALL,
    )


def _has_municipal(counted: Mapping[int, FieldTally]) -> bool:
    return any(MUNICIPAL in one.groups for one in counted.values())


def trend_chart(one: Field, found: Sequence[Year]) -> Chart | None:
    """Lines that end where a comparison ends: each stretch is a line of its own. At most six lines; the table has all."""
    if len(found) < 2 or not one.options:
        return None
    drawn: dict[str, list[float | None]] = {}
    for option, text in one.options.items():
        stretches = lines(found, option)
        for at, values in enumerate(stretches, start=1):
            if any(value is not None for value in values) and len(drawn) < MOST_LINES:
                drawn[text if len(stretches) == 1 else f"{text}（{at}）"] = values
    return (
        line_chart([year.label for year in found], drawn, title=f"{one.label}の変わり方", unit="%")
        if drawn
        else None
    )


@dataclass(frozen=True)
class CardLine:
    """One field of a body's own sheet: what it said, and the rates of what it said among its prefecture, class and all."""

    label: str
    value: str
    prefecture: str = ""
    kind: str = ""
    country: str = ""


def card(asked: Asked, *, public: bool = False) -> list[CardLine]:
    """The body's own sheet. public: without texts, tables and files, and without numbers of persons or firms."""
    definition = asked.edition.definition
    newest = Answers.objects.filter(asked=asked, is_newest=True).first()
    values = newest.values if newest else {}
    counted = {
        row.key: FieldTally.of_plain(row.key, row.content, row.hidden)
        for row in Tallied.objects.filter(edition=asked.edition)
    }
    found = []
    for key, (question, one) in definition.fields.items():
        if public and one.kind in (QuestionKind.TEXT, QuestionKind.TABLE, QuestionKind.FILE):
            continue
        value = values.get(key, "")
        if public and question.code in definition.confidential:
            found.append(CardLine(one.label, HIDDEN))
            continue
        tally = counted.get(key)
        beside = [
            "―" if question.code in definition.confidential else _beside(question, one, value, tally, name)
            for name in (f"prefecture:{asked.prefecture}", f"class:{asked.kind}", ALL)
        ]
        found.append(CardLine(one.label, shown(question, one, value), *beside))
    return found


def _beside(question: Question, one: Field, value: str, tally: FieldTally | None, group: str) -> str:
    cell = tally.groups.get(group) if tally else None
    if cell is None:
        return "―"
    if one.options:
        chosen = value.split(",") if value else list(one.options)[:1]
        told = []
        for code in chosen:
            share = cell.share(code, question.base)
            told.append(f"{one.options.get(code, code)} {share.shown}（{share.count:,}/{share.of:,}）")
        return "、".join(told)
    if one.kind == QuestionKind.NUMBER and cell.total:
        return f"合計 {shown(question, one, cell.total)}、中央値 {shown(question, one, cell.median)}（{cell.answered:,}団体）"
    return f"{cell.answered:,}/{cell.asked:,}団体が回答"
