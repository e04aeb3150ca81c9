"""Stations: keys, which there are, handing rows over, taking them back, files in and out."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Nothing, Trace, Upload
from yakuba.kernel.operations.finding import one
from yakuba.services.robots.actions.stations import files, handing, keys, registering, settling, turns
from yakuba.services.robots.models import Row, Run, Station, StationKey
from yakuba.services.robots.operations import A_ROW, A_RUN, OneRow, OneRun, run_of
from yakuba.services.robots.operations.table import OPERATIONS
from yakuba.services.robots.queries import register, station_keys
from yakuba.services.robots.queries import stations as queries

COLUMNS = {
    "id": "番号",
    "name": "名称",
    "role_label": "役割",
    "away": "渡した行",
    "open": "任された行",
    "heard_at": "最後の便り",
    "trouble": "困りごと",
    "next": "次にすること",
}
MEDIA_TYPE = "application/octet-stream"


class OneStation(BaseModel):
    """A station."""

    station_id: int = Field(description="別の端末の番号")


class AcceptIn(BaseModel):
    """The other installation's keys."""

    file: Upload = Field(description="相手の設備で取り出した鍵のファイル")
    fingerprint: str = Field(max_length=80, description="相手が読み上げた指紋（30けた）")
    name: str = Field(max_length=60, description="名称。登録済みの名称なら、鍵を替える")
    role: Literal["station", "sender"] = Field(
        description="station 入力を任せる端末 / sender 受付を渡してくる設備"
    )
    folder: str = Field(
        "",
        max_length=60,
        description="両方から見えるフォルダの名前（YAKUBA_ARRIVAL_ROOT/団体コード-stations の下）。空ならファイルを運ぶ",
    )
    same_machine: bool = Field(False, description="渡したままの受付がある、同じ端末で作り直した鍵")


class ChangeStationIn(OneStation):
    """What is changed of a station."""

    folder: str = Field("", max_length=60, description="フォルダの名前。空ならファイルを運ぶ")
    in_use: bool = Field(True, description="使用中")


class StationRowsIn(OneStation):
    """What is handed over."""

    scenario_id: int = Field(description="シナリオの番号")
    dry_run: bool = Field(False, description="試行。登録ボタンの手前まで")
    limit: int | None = Field(None, ge=1, description="件数。なければ500件まで")


class StationFileIn(BaseModel):
    """A file of the other installation."""

    file: Upload = Field(description="相手の設備が書いたファイル（.yakuba-rows か .yakuba-results）")


class StationKeyOut(BaseModel):
    """Our own keys. fingerprint: what is read aloud to the other side."""

    generation: int
    fingerprint: str


class StationOut(BaseModel):
    """A station. away: rows that are to be entered there; open: rows that are entered here for it; heard_at: when its newest
    file was made; trouble: what is wrong, empty where nothing is; next: what to do next."""

    id: int
    name: str
    role: str
    role_label: str
    in_use: bool
    fingerprint: str
    folder: str
    away: int
    open: int
    heard_at: str | None
    sent: int
    seen: int
    trouble: str
    next: str


class StationTurnOut(BaseModel):
    """What taking a file did. stale: it is older than what was taken; new: rows that were taken or have ended by it; sentences:
    what could not be taken."""

    station: str
    stale: bool
    new: int
    contradictions: int
    sentences: list[str]


def station_of(station_id: int) -> Station:
    """The station. Raises Missing."""
    return one(queries.stations(), station_id)


def _key_facts(row: StationKey) -> dict[str, Any]:
    return {"generation": row.generation, "fingerprint": station_keys.fingerprint_of(row)}


def turned_facts(done: turns.Turned) -> dict[str, Any]:
    """What taking a file did, for a program."""
    return {
        "station": done.station.name,
        "stale": done.stale,
        "new": done.new,
        "contradictions": done.contradictions,
        "sentences": list(done.sentences),
    }


A_KEY = Answer(StationKeyOut, _key_facts, {"generation": "世代", "fingerprint": "指紋"})
A_STATION = Answer(StationOut, queries.facts, COLUMNS)
TURN_COLUMNS = {"station": "端末", "new": "新しい行", "contradictions": "食い違い", "stale": "古いファイル"}
A_TURN = Answer(StationTurnOut, turned_facts, TURN_COLUMNS, fault=lambda facts: "\n".join(facts["sentences"]))


@OPERATIONS.add(
    "別の端末の一覧",
    "robots.view",
    "GET stations",
    command="station list",
    answer=Answer(list[StationOut], columns=COLUMNS),
)
def list_stations(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """Stations, with what is away and when they were last heard of."""
    return [queries.facts(row) for row in queries.stations()]


@OPERATIONS.add("この設備の鍵の指紋", "robots.view", "GET station-key", command="station key", answer=A_KEY)
def show_station_key(asked: Nothing, actor: Actor) -> StationKey:
    """The fingerprint of our own keys, which is read aloud to the other side."""
    return keys.newest()


@OPERATIONS.add(
    "この設備の鍵を作る",
    "robots.manage",
    "POST station-key",
    command="station make-key",
    help="別の端末とやりとりする鍵を作る。もうあれば替える。相手には、指紋を確かめて入れ直してもらう",
    answer=A_KEY,
    status=201,
)
def make_station_key(asked: Nothing, actor: Actor) -> StationKey:
    """New keys of this installation."""
    return keys.make(actor=actor)


@OPERATIONS.add(
    "この設備の鍵のファイルを取り出す",
    "robots.view",
    "GET station-key/file",
    command="station key-file",
    help="相手の設備に渡す、この設備の鍵のファイルを書く。秘密は入っていない",
    answer=Answer(media_type=MEDIA_TYPE),
)
def take_station_key(asked: Nothing, actor: Actor) -> Download:
    """The public half of our keys, for the other side."""
    return Download("station.key", MEDIA_TYPE, keys.file())


@OPERATIONS.add(
    "別の端末の鍵を登録する",
    "robots.manage",
    "POST stations",
    command="station accept",
    help="相手の設備の鍵を、読み上げられた指紋と比べて登録する",
    answer=A_STATION,
    status=201,
)
def accept_station(asked: AcceptIn, actor: Actor) -> Station:
    """Accept the other installation's keys; 422 where the fingerprint is not theirs."""
    return registering.accept(
        asked.file.read(registering.LONGEST_KEY_FILE),
        asked.fingerprint,
        name=asked.name,
        role=asked.role,
        folder=asked.folder,
        same_machine=asked.same_machine,
        actor=actor,
    )


@OPERATIONS.add(
    "別の端末のフォルダと使用を変える",
    "robots.manage",
    "POST stations/{station_id}",
    command="station change",
    answer=A_STATION,
)
def change_station(asked: ChangeStationIn, actor: Actor) -> Station:
    """Where its files lie, and whether it is used."""
    row = station_of(asked.station_id)
    return registering.change(row, folder=asked.folder, in_use=asked.in_use, actor=actor)


@OPERATIONS.add(
    "申請の入力を別の端末に渡す",
    "robots.run",
    "POST stations/{station_id}/hand-over",
    command="station hand-over",
    help="シナリオの手続で入力を待つ申請を、別の端末に渡す",
    answer=A_RUN,
    status=201,
    event="robots.handed_over",
    trace=lambda asked, run: Trace(
        f"run:{run.pk}",
        {
            "scenario": run.scenario_id,
            "rows": run.rows.count(),
            "dry_run": run.dry_run,
            "version": run.version.version,
        },
    ),
)
def hand_over(asked: StationRowsIn, actor: Actor) -> Run:
    """Let another PC enter the ready cases of a scenario's procedure."""
    scenario = one(register.scenarios(), asked.scenario_id)
    station = station_of(asked.station_id)
    return handing.hand_over(scenario, station, actor=actor, dry_run=asked.dry_run, limit=asked.limit)


@OPERATIONS.add(
    "別の端末に渡した申請を取り戻す",
    "robots.run",
    "POST runs/{run_id}/take-back",
    command="station take-back",
    help="別の端末の結果を待つのをやめる。入力されたかもしれない申請は、1件ずつ職員が判断する",
    answer=A_RUN,
    event="robots.taken_back",
    trace=lambda asked, run: Trace(f"run:{run.pk}"),
)
def take_back(asked: OneRun, actor: Actor) -> Run:
    """Wait for the station no longer; what it has not told of waits for a person."""
    return handing.take_back(run_of(asked.run_id), actor=actor)


@OPERATIONS.add(
    "別の端末へ渡すファイルを取り出す",
    "robots.run",
    "GET stations/{station_id}/file",
    command="station carry-out",
    help="相手に運ぶ最新のファイルを書く。相手だけが開ける封がしてある",
    answer=Answer(media_type=MEDIA_TYPE),
    event="robots.station_file_written",
    trace=lambda asked, file: Trace(f"station:{asked.station_id}"),
    step_up=True,
)
def take_station_file(asked: OneStation, actor: Actor) -> Download:
    """The newest file for a station, sealed to it."""
    return turns.carry_out(station_of(asked.station_id))


@OPERATIONS.add(
    "別の端末のファイルを取り込む",
    "robots.run",
    "POST station-files",
    command="station take",
    help="相手が書いたファイルを取り込む。二度でも、遅れても、増えも減りもしない",
    answer=A_TURN,
)
def load_station_file(asked: StationFileIn, actor: Actor) -> turns.Turned:
    """Take a file of the other installation."""
    return turns.take_in(asked.file.read(files.LARGEST), actor=actor)  # records it, row by row


@OPERATIONS.add(
    "フォルダでいま受け渡す",
    "robots.run",
    "POST stations/{station_id}/turn",
    command="station turn",
    help="フォルダにある相手のファイルを取り込み、相手への知らせを書く。ワーカーは毎分行う",
    answer=A_STATION,
)
def turn_station(asked: OneStation, actor: Actor) -> Station:
    """One turn with the folder, now."""
    row = station_of(asked.station_id)
    turns.turn(row, actor=actor)
    return row


@OPERATIONS.add(
    "別の端末の結果との食い違いを確かめた",
    "robots.decide",
    "POST rows/{row_id}/looked-into",
    command="station looked-into",
    help="食い違いを基幹システムで確かめ、直すものを直したあとで使う",
    answer=A_ROW,
    event="robots.station_looked_into",
    trace=lambda asked, row: Trace(f"case:{row.case_id}", {"run": row.run_id, "row": row.number}),
)
def look_into(asked: OneRow, actor: Actor) -> Row:
    """A person has looked into what a station said against a decision."""
    return settling.looked_into(one(Row.objects.all(), asked.row_id), actor=actor)
