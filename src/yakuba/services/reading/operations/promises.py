"""What was promised of the readings and what was checked, and the words by which a town decides."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Trace
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Missing
from yakuba.services.reading.actions import promises as actions
from yakuba.services.reading.engine.promises import MILLION
from yakuba.services.reading.models import Promise, Tightening
from yakuba.services.reading.operations.table import OPERATIONS
from yakuba.services.reading.queries import promises as queries
from yakuba.services.reading.queries.forms import form_in_use, forms_in_use


class FormPromiseOut(BaseModel):
    """How a form stands. bound: the rate of silent errors is not above it with 95 % confidence; 1 where nothing was checked."""

    code: str
    title: str
    checked: int
    wrong: int
    bound: float
    tightened: list[str]


class FieldPromiseOut(BaseModel):
    """How a field stands. per_million: silent errors allowed of a million passed values, 0: a person always looks.  people:
    how many confirm a doubtful value; 0: nobody, it stays unconfirmed."""

    code: str
    label: str
    per_million: int
    rate: str
    people: int
    people_label: str
    support: str
    state: str
    sentence: str


class OneForm(BaseModel):
    """A form in use."""

    code: str = Field(max_length=60, description="様式のコード")


class PromiseIn(OneForm):
    """What is allowed in a field."""

    field: str = Field(max_length=60, description="項目のコード")
    per_million: int = Field(
        ge=0, le=MILLION // 10, description="通った100万個のうち許す誤りの数。1000で0.1%、0ならいつも人が確認"
    )
    people: int | None = Field(
        None,
        ge=0,
        le=2,
        description="迷った値を確かめる人数。2なら2人が別々に入力、0なら確かめず「未確認」のまま受付へ。省くと今のまま",
    )


class PromiseOut(BaseModel):
    """A promise as it is kept."""

    form: str
    field: str
    per_million: int
    people: int


PROMISE_COLUMNS = {"form": "様式", "field": "項目", "per_million": "100万個のうち", "people": "確かめる人数"}


class OneTightening(BaseModel):
    """A tightening."""

    tightening_id: int = Field(description="引き締めの番号")


class TighteningOut(BaseModel):
    """A tightening, of which somebody has taken note."""

    id: int
    form: str
    type: str


@OPERATIONS.add(
    "約束と実際",
    "reading.view",
    "GET promises",
    "promises",
    answer=Answer(
        list[FormPromiseOut],
        columns={
            "code": "様式",
            "title": "名称",
            "checked": "照合",
            "wrong": "見逃し",
            "bound": "上限（95%）",
        },
    ),
)
def list_promises(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """What was checked of each form in use."""
    return [
        {
            "code": state.form.code,
            "title": state.form.title,
            "checked": state.seen.form.checked,
            "wrong": state.seen.form.wrong,
            "bound": round(state.seen.form.upper, 6),
            "tightened": list(state.tightened),
        }
        for state in queries.form_states(forms_in_use().select_related("procedure"))
    ]


@OPERATIONS.add(
    "様式の約束と実際",
    "reading.view",
    "GET promises/{code}",
    "promises-of",
    answer=Answer(
        list[FieldPromiseOut],
        columns={
            "code": "項目",
            "label": "見出し",
            "rate": "約束",
            "people_label": "確かめる人数",
            "state": "いま",
            "sentence": "わけ",
        },
    ),
)
def form_promises(asked: OneForm, actor: Actor) -> list[dict[str, Any]]:
    """What was promised of each field of a form, and what supports it."""
    form = form_in_use(asked.code)
    if form is None:
        raise Missing(f"使用中の様式「{asked.code}」はありません。")
    return queries.standing_of(form, queries.promised(form.code), queries.seen_of(form.code))


@OPERATIONS.add(
    "読み取りの約束を決める",
    "reading.promise",
    "POST promises/{code}/{field}",
    "promise",
    answer=Answer(
        PromiseOut,
        lambda row: {name: getattr(row, name) for name in PROMISE_COLUMNS},
        PROMISE_COLUMNS,
    ),
    event="reading.promise_set",
    trace=lambda asked, row: Trace(
        f"form:{row.form}", {name: getattr(row, name) for name in ("field", "per_million", "people")}
    ),
)
def set_promise(asked: PromiseIn, actor: Actor) -> Promise:
    """Say how many silent errors a field may have, 0 sends it to a person always; and how many people confirm a doubtful
    value."""
    return actions.set_promise(asked.code, asked.field, asked.per_million, people=asked.people, actor=actor)


@OPERATIONS.add(
    "引き締めを確かめる",
    "reading.promise",
    "POST tightenings/{tightening_id}/seen",
    answer=Answer(TighteningOut, lambda row: {"id": row.pk, "form": row.form, "type": row.type}),
    event="reading.tightening_seen",
    trace=lambda asked, row: Trace(f"form:{row.form}", {"type": row.type}),
)
def see_tightening(asked: OneTightening, actor: Actor) -> Tightening:
    """Take note that a type of a form was tightened; it stays so until enough right values were checked."""
    return actions.seen(one(Tightening.objects.all(), asked.tightening_id), actor=actor)
