"""What was promised of a form's fields, what was checked, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum

from yakuba.kernel.charts import Chart, line_chart
from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.ui.wording import grouped, percent
from yakuba.kernel.values import TYPES
from yakuba.services.reading.contracts import Hand, Support
from yakuba.services.reading.engine import promises as engine
from yakuba.services.reading.engine.promises import Counts, Stratum
from yakuba.services.reading.models import CheckedCount, FormDefinition, Promise, Tightening

MONTHS = 12
NUMBER = "receipt_number"


@dataclass(frozen=True)
class Seen:
    """Judged values of a form. strata: all, by stratum.  form, types, hands: of those that would have passed and that count
    for the promise, all together, by type, by type and hand."""

    strata: Mapping[Stratum, Counts]
    form: Counts
    types: Mapping[str, Counts]
    hands: Mapping[tuple[str, str], Counts]


def proving() -> Q:
    """The counts that speak about the promise: what would have passed and was judged blind; and what was found wrong
    otherwise, which makes the bound only higher."""
    return Q(passed=True) & (Q(blind=True) | Q(wrong__gt=0))


def seen_of(form: str) -> Seen:
    """What was judged of a form."""
    rows = CheckedCount.objects.filter(form=form)
    strata: dict[Stratum, Counts] = {}
    types: dict[str, Counts] = {}
    hands: dict[tuple[str, str], Counts] = {}
    for row in rows:
        counts = Counts(row.checked, row.wrong)
        _add(strata, Stratum(row.type, row.hand, row.passed, row.confidence), counts)
        if not row.passed or not (row.blind or row.wrong):
            continue
        spoken = counts if row.blind else Counts(row.wrong, row.wrong)
        _add(types, row.type, spoken)
        _add(hands, (row.type, row.hand), spoken)
    return Seen(strata, sum(types.values(), engine.NOTHING), types, hands)


def all_strata() -> dict[Stratum, Counts]:
    """What was judged in the town, by stratum."""
    keys = ("type", "hand", "passed", "confidence")
    rows = CheckedCount.objects.order_by().values(*keys).annotate(all=Sum("checked"), bad=Sum("wrong"))
    return {Stratum(*(row[key] for key in keys)): Counts(row["all"], row["bad"]) for row in rows}


def _add(into: dict[Any, Counts], key: Any, counts: Counts) -> None:
    into[key] = into.get(key, engine.NOTHING) + counts


def promised(form: str) -> dict[str, int]:
    """Errors of a million by field, where the town has set them."""
    return dict(Promise.objects.filter(form=form).values_list("field", "per_million"))


def people_of(form: str) -> dict[str, int]:
    """How many people confirm a doubtful value, by field, where the town has said so."""
    return dict(Promise.objects.filter(form=form).values_list("field", "people"))


def people_for(procedure: ProcedureDefinition, field: str, known: Mapping[str, int]) -> int:
    """How many people confirm a doubtful value of a field: 0, 1 or 2. A field that somebody has to confirm by now, since
    its procedure was changed, has one."""
    wanted = known.get(field, 1)
    return 1 if wanted == 0 and why_somebody(procedure, field) else wanted


def why_somebody(procedure: ProcedureDefinition, field: str, per_million: int = engine.USUAL) -> str:
    """Why somebody has to confirm a field, as a sentence; nothing where the town may leave it unconfirmed."""
    item = procedure.by_code.get(field)
    if item is None:
        return ""
    if per_million == 0:
        return "「いつも人が確認」の項目です。"
    if item.required:
        return "必ず記入する項目です。"
    if item.kind.masked or item.type == "receipt_number":
        return "番号の項目です。"
    ruled = {code for one in procedure.fields for code in _rules(one)}
    return "ほかの項目と突き合わせる項目です。" if field in ruled else ""


def _rules(item: FieldDefinition) -> set[str]:
    """The fields that a rule of the procedure binds together."""
    others = {*item.sum_of, item.after, item.postal_code_of, item.reading_of} - {""}
    return others | {item.code} if others else set()


def support_of(allowed: int, seen: Seen, type_: str, hand: Hand) -> Support:
    """What speaks for values of a type and hand with that promise."""
    strata = [seen.types.get(type_, engine.NOTHING), seen.hands.get((type_, hand.value), engine.NOTHING)]
    return engine.support(allowed, seen.form, strata, engine.shipped_passed())


def broken(allowed: int, seen: Seen, type_: str) -> bool:
    """Whether a promise is broken for a type, in any hand."""
    own = [one for one in seen.hands if one[0] == type_] or [(type_, "")]
    return any(support_of(allowed, seen, type_, Hand(hand)) is Support.BROKEN for _, hand in own)


def strictest_of(form: str) -> dict[str, int]:
    """By type the strictest promise that is one: of the fields that may pass at all."""
    row = FormDefinition.objects.filter(code=form, current=True).select_related("procedure").first()
    if row is None:
        return {}
    known, found = promised(form), dict[str, int]()
    for code, item in fields_of(row).items():
        allowed = known.get(code, engine.USUAL)
        if allowed:
            found[item.type] = min(allowed, found.get(item.type, allowed))
    return found


def fields_of(form: FormDefinition) -> dict[str, Any]:
    """Field code → definition of what stands on a form, without the number that puts its pages together."""
    by_code = form.procedure.definition.by_code
    boxes = [box["field"] for page in form.document["pages"] for box in page["boxes"]]
    return {code: by_code[code] for code in dict.fromkeys(boxes) if code in by_code and code != NUMBER}


def tightenings(form: str = "") -> QuerySet[Tightening]:
    """All, of a form or of all, those still in force first."""
    rows = Tightening.objects.select_related("seen_by").order_by("-since")
    return rows.filter(form=form) if form else rows


# What the pages tell.

STATES = {
    Support.PROVED: ("success", "実績で確かめた"),
    Support.SHIPPED: ("info", "まだ実績では確かめていない"),
    Support.NONE: ("person", "人が確認"),
    Support.BROKEN: ("warning", "引き締め中"),
    Support.ALWAYS: ("person", "いつも人が確認"),
}


def rate(per_million: int) -> str:
    """A promise in words."""
    return "いつも人が確認" if per_million == 0 else f"{per_million / 10_000:g}%"


def sentence(found: Support, allowed: int, seen: Seen, type_: str) -> str:
    """Why values pass or go to a person, for staff."""
    form, own = seen.form, seen.types.get(type_, engine.NOTHING)
    if found is Support.ALWAYS:
        return "機械の読みだけでは通しません。"
    if found is Support.PROVED:
        return f"照合した{grouped(form.checked)}個のうち誤りは{grouped(form.wrong)}個で、誤りは{percent(form.upper, 2)}以下です（95%信頼）。"
    wanted = engine.needed(allowed, form.wrong)
    missing = f"あと{grouped(max(1, wanted - form.checked))}個、続けて正しければ確かめられます。"
    if found is Support.BROKEN:
        return (
            f"照合した{grouped(own.checked)}個のうち{grouped(own.wrong)}個が違っていたため、"
            f"この型は人が確認しています。{missing}"
        )
    here = f"ここではまだ確かめられていません（照合{grouped(form.checked)}個）。{missing}"
    if found is Support.SHIPPED:
        return f"{here}それまでは、出荷前の試験が支えです。"
    return f"{here}出荷前の試験では足りない約束なので、それまで人が確認します。"


def shipped_sentence() -> str:
    """What was checked before the house was shipped, and what it does not say."""
    house = engine.shipped_passed()
    return (
        f"出荷前の試験では、描いた用紙の通った値{grouped(house.checked)}個のうち誤りは{grouped(house.wrong)}個で、"
        f"誤りは{percent(house.upper, 3)}以下です（95%信頼）。手書きの実物での割合ではありません。"
    )


@dataclass(frozen=True)
class FormState:
    """A form as the list shows it."""

    form: FormDefinition
    seen: Seen
    tightened: tuple[str, ...]

    @property
    def observed(self) -> str:
        """The observed rate of silent errors."""
        return percent(self.seen.form.wrong / self.seen.form.checked, 2) if self.seen.form.checked else "―"

    @property
    def bound(self) -> str:
        """Its bound, as far as something was checked."""
        return percent(self.seen.form.upper, 2) if self.seen.form.checked else "―"

    @property
    def state(self) -> tuple[str, str]:
        """Kind and words of its state."""
        if self.tightened:
            return STATES[Support.BROKEN]
        proved = self.seen.form.upper <= engine.USUAL / engine.MILLION
        return STATES[Support.PROVED if proved else Support.SHIPPED]


def form_states(forms: Iterable[FormDefinition]) -> list[FormState]:
    """How each form stands."""
    tight: dict[str, list[str]] = {}
    for row in Tightening.objects.filter(until=None):
        tight.setdefault(row.form, []).append(TYPES[row.type].label if row.type in TYPES else row.type)
    return [FormState(form, seen_of(form.code), tuple(tight.get(form.code, ()))) for form in forms]


def months(form: str) -> dict[date, Counts]:
    """By month, the oldest first: what was checked up to its end, of the last twelve months."""
    rows = CheckedCount.objects.filter(proving(), form=form).order_by("month")
    found: dict[date, Counts] = {}
    for row in rows:
        counts = Counts(row.checked, row.wrong) if row.blind else Counts(row.wrong, row.wrong)
        _add(found, row.month, counts)
    so_far, running = engine.NOTHING, dict[date, Counts]()
    for month, counts in found.items():
        so_far = so_far + counts
        running[month] = so_far
    return dict(list(running.items())[-MONTHS:])


def trend(form: FormDefinition) -> Chart:
    """The observed rate with its bound, month by month."""
    known = months(form.code)
    places = [f"{month.year}年{month.month}月" for month in known]
    shares = [100 * counts.wrong / counts.checked for counts in known.values()]
    bands = [(100 * counts.lower, 100 * counts.upper) for counts in known.values()]
    allowed = engine.USUAL / engine.MILLION * 100
    series = {"見逃しの割合": shares, "ふつうの約束": [allowed for _ in places]}
    return line_chart(
        places,
        series,
        title=f"{form.title}の見逃しの割合",
        unit="%",
        bands={"見逃しの割合": bands},
        band="95%信頼区間",
    )


PEOPLE = {1: "1人", 2: "2人が別々に", 0: "確認しない"}
UNCONFIRMED = "だれも確認しない項目です。値は「未確認」のまま受付に入り、ロボットは使いません。"


def standing_of(form: FormDefinition, known: Mapping[str, int], seen: Seen) -> list[dict[str, Any]]:
    """A row for each field: its promise, how it stands, and why."""
    rows, people = [], people_of(form.code)
    for code, item in fields_of(form).items():
        allowed = known.get(code, engine.USUAL)
        found = support_of(allowed, seen, item.type, Hand.UNKNOWN)
        if found is not Support.ALWAYS and broken(allowed, seen, item.type):
            found = Support.BROKEN
        kind, label = STATES[found]
        asked = people_for(form.procedure.definition, code, people)
        said = sentence(found, allowed, seen, item.type)
        if asked == 0:
            kind, label, said = "waiting", "未確認のまま", UNCONFIRMED
        rows.append(
            {
                "code": code,
                "label": item.label,
                "type": TYPES[item.type].label,
                "per_million": allowed,
                "rate": rate(allowed),
                "support": found.value,
                "kind": kind,
                "state": label,
                "sentence": said,
                "people": asked,
                "people_label": PEOPLE[asked],
            }
        )
    return rows


def strata_of(seen: Seen) -> list[dict[str, Any]]:
    """A row for each type and hand that was checked."""
    hands = {Hand.PRINT.value: "活字", Hand.PEN.value: "手書き", Hand.UNKNOWN.value: "分からない"}
    return [
        {
            "type": TYPES[type_].label if type_ in TYPES else type_,
            "hand": hands.get(hand, hand),
            "checked": counts.checked,
            "wrong": counts.wrong,
            "bound": percent(counts.upper, 2),
        }
        for (type_, hand), counts in sorted(seen.hands.items())
    ]
