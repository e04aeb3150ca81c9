"""What the robots' operations are asked."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from yakuba.kernel.operations import FromFile, Part, Word
from yakuba.services.robots.actions.decisions import Decision
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.models import RunState


class ScenarioIn(BaseModel):
    """A scenario file's text."""

    text: Annotated[str, FromFile()] = Field(max_length=200_000, description="シナリオ（YAML）")


class RunsIn(Part):
    """Which runs."""

    state: RunState | None = Field(None, description="この状態の実行だけ")


class StartIn(BaseModel):
    """What to run: the procedure's scenario, or one by its id."""

    procedure: str = Field("", description="手続のコード")
    scenario: int | None = Field(None, description="シナリオの番号。手続の代わりに")
    dry_run: bool = Field(False, description="試行。登録ボタンの手前まで")
    limit: int | None = Field(None, ge=1, description="件数。なければ全部")


class ProcedureIn(BaseModel):
    """What to run, or from where to go on."""

    procedure: str = Field(description="手続のコード")
    dry_run: bool = Field(False, description="試行。登録ボタンの手前まで")
    from_row: Annotated[int, Word("--from")] = Field(
        0, ge=0, description="途中で止まった実行を、この行から再開する"
    )
    limit: int = Field(0, ge=0, description="件数。0なら全部")


class OneRun(BaseModel):
    """A run."""

    run_id: int = Field(description="実行の番号")


class RowsIn(OneRun, Part):
    """Which rows of a run."""

    state: RowState | None = Field(None, description="この状態の行だけ")


class ResumeIn(OneRun):
    """From which row to go on."""

    first_row: Annotated[int, Word("--from")] = Field(1, ge=1, description="この行から")


class OneRow(BaseModel):
    """A row."""

    row_id: int = Field(description="行の番号")


class DecisionIn(OneRow):
    """A person's decision: entered needs target_number, withdraw needs reason."""

    decision: Decision = Field(
        description="entered 登録されている / again もう一度 / aside 値を直す / withdraw 取り下げ"
    )
    target_number: Annotated[str, Word("--number")] = Field(
        "", description="基幹システムの登録番号（entered のとき）"
    )
    reason: str = Field("", description="取り下げの理由（withdraw のとき）")
    seconds: float = Field(0.0, ge=0, le=3600, description="判断にかかった秒数")
