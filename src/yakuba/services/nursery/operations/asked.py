"""What the operations of the nursery room are asked."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.approvals.actions import LONGEST
from yakuba.kernel.operations import FromFile, Pairs, Part, Upload, Word
from yakuba.services.nursery.actions.rules import LONGEST_TEXT
from yakuba.services.nursery.actions.runs import SECONDS
from yakuba.services.nursery.queries.exports import TABLES

ReasonText = Annotated[
    str, Word("--reason"), Field(max_length=LONGEST, description="理由。あとから見る人に分かるように書く")
]
SlotText = Annotated[str, Word("--slot"), Field(max_length=80, description='決定する枠。入所しないなら ""')]


class OneRound(BaseModel):
    """A round."""

    round_id: int = Field(description="選考回の番号")


class RoundPart(OneRound, Part):
    """Of a round."""


class NewRound(BaseModel):
    """A round."""

    title: str = Field(description="名称")
    start: Annotated[date, Word("--start")] = Field(description="入所日（例 2027-04-01）")
    rules: Annotated[int, Word("--rules")] = Field(description="選考基準の番号")
    procedure: str = Field("", description="申込の手続のコード。省くと、選考基準に書かれた手続")


class NextRound(OneRound):
    """The round that follows one."""

    title: str = Field(description="名称")


class TableFile(OneRound):
    """A table for a round."""

    file: Upload = Field(description="CSVファイル")


class RulesIn(BaseModel):
    """A rule file's text."""

    text: Annotated[str, FromFile()] = Field(max_length=LONGEST_TEXT, description="選考基準（YAML）")


class RunIn(OneRound):
    """How long a calculation may take, and whether to calculate unchanged inputs again."""

    seconds: int = Field(60, ge=SECONDS[0], le=SECONDS[1], description="かけてよい時間（秒）")
    again: bool = Field(False, description="内容が変わっていなくても計算する")


class OneRun(BaseModel):
    """A calculation."""

    matching_id: int = Field(description="計算の番号")


class ResultsIn(OneRun, Part):
    """Of a calculation."""

    explained: bool = Field(False, description="希望ごとの説明も出す（--json と使う）")


class OneResult(BaseModel):
    """One child's result."""

    placement_id: int = Field(description="結果の番号")


class OneDecision(BaseModel):
    """A decision."""

    decision_id: int = Field(description="決定の番号")


class OneApplication(BaseModel):
    """An application."""

    application_id: int = Field(description="申込の番号")


class DeclineIn(OneApplication):
    """Why, for those who look at it later."""

    reason: ReasonText


class CorrectIn(OneApplication):
    """Items as the page of the application names them: wish_1, sibling_mode, household, current, gives_up, wants_hold,
    district, fact_<item of the rules>. Several values of one item: with commas. Empty: nothing."""

    values: Annotated[dict[str, str], Pairs("項目=値")] = Field(
        {}, description="直す項目。例 --values wish_2=N3（何度でも書ける）"
    )


class CorrectFacilityIn(BaseModel):
    """Items as the page of the facility names them: age_0 … age_5, and of shared seats seats_0, teachers_0. Empty: none."""

    facility_id: int = Field(description="施設の番号")
    values: Annotated[dict[str, str], Pairs("項目=人数")] = Field(
        {}, description="直す項目。例 --values age_1=5（何度でも書ける）"
    )


class PlaceIn(DeclineIn):
    """Another result for one child. slot: empty for no seat."""

    slot: SlotText


class OneChild(OneRound):
    """A child of a round, by its receipt number."""

    receipt_number: str = Field(description="受付番号")


class ChildDeclineIn(OneChild):
    """Why."""

    reason: ReasonText


class ChildPlaceIn(ChildDeclineIn):
    """Another result for it."""

    slot: SlotText


class FreezeIn(OneRound):
    """Why, for those who look at it later."""

    reason: ReasonText


class ApproveIn(OneDecision):
    """The second person's word, free to approve."""

    answer: str = Field("", max_length=LONGEST, description="承認者の言葉")


class RefuseIn(OneDecision):
    """The second person's word, needed to send back."""

    answer: str = Field("", max_length=LONGEST, description="差し戻す理由")


class FairnessIn(OneRun):
    """Which result: run for the calculation as it is, final for what counts after decisions by hand."""

    result: Annotated[Literal["run", "final"], Word("--final", flag="final")] = Field(
        "run", description="個別の決定のあとの、最終の結果（採用した計算だけ）"
    )


class ComparisonIn(OneRun):
    """With which calculation."""

    before: int | None = Field(None, description="比べるもとの計算。試算なら省くと、もとの計算")


class WhatIfIn(OneRun):
    """What to try. seats: slot → seats more or fewer; level: child or household; rules: id of another rule set.

    seconds: as many as the calculation that it starts from unless stated.
    """

    seats: Annotated[dict[str, int], Pairs("枠=人数")] = Field(
        {}, description="枠の増減。例 --seats N1-1=5（何度でも書ける）"
    )
    level: str = Field("", description="指数の数え方: child か household")
    rules: int | None = Field(None, description="試す選考基準の番号")
    label: str = Field("", max_length=120, description="試算の名前")
    seconds: int | None = Field(
        None, ge=SECONDS[0], le=SECONDS[1], description="かけてよい時間（秒）。省くともとの計算と同じ"
    )
    again: bool = Field(False, description="同じ試算が済んでいても計算する")


class Encoded(BaseModel):
    """How a CSV file is written."""

    encoding: str = Field("utf-8", description="CSVの文字コード: utf-8 か cp932（Shift_JIS）")
    accept: bool = Field(False, description="Shift_JISで書けない文字が〓になってよい")


class TableIn(OneRun, Encoded):
    """Which table."""

    table: str = Field("children", description=f"表: {'、'.join(TABLES)}")


class ExportIn(OneRun, Encoded):
    """Which table, or all of them."""

    table: str = Field("", description=f"CSVにする表: {'、'.join(TABLES)}。省くとすべてをExcelに")


class MailingIn(OneRound, Encoded):
    """Of which round."""


class TextsIn(OneRound):
    """Name → text. date: ISO 8601, empty for the day on which notices are made."""

    texts: dict[str, str] = Field(description="項目と文")


class TextsFile(OneRound):
    """The same from a file."""

    texts: Annotated[dict[str, str] | None, FromFile(), Word("--file")] = Field(
        None, description="文面のJSONファイル。書かない項目は用意された文になる"
    )
