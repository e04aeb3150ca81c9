"""What leaves the reform room. No framework."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yakuba.kernel.values.labelled import Labelled


@dataclass(frozen=True)
class Baseline:
    """Minutes a case took before; `kind` is `measured` or `estimated`, `source` says how it is known."""

    minutes_per_case: float
    kind: str
    source: str


@dataclass(frozen=True)
class Effect:
    """Before and now for one procedure, over `cases` finished cases. All times in minutes.

    person: working time of staff; assumed: the part of it that was not measured; machine: running time of
    programs, which costs no staff time and is therefore kept apart.
    """

    procedure: str
    title: str
    cases: int
    baseline: Baseline
    person: float
    assumed: float
    machine: float

    @property
    def before(self) -> float:
        """What the same cases took before."""
        return self.cases * self.baseline.minutes_per_case

    @property
    def saved(self) -> float:
        """Staff minutes saved; negative when it takes longer now."""
        return self.before - self.person

    @property
    def rate(self) -> float | None:
        """Saved share of the time before, or None when there is nothing to compare."""
        return self.saved / self.before if self.before else None


@dataclass(frozen=True)
class Figure:
    """One measured number in words: what it is, its value as written, how to read it, and where its rows are."""

    label: str
    value: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Promise:
    """One of the four promises: what it says, how it is watched, what this installation measured, and what was
    measured before it was published (empty where no figure is published)."""

    title: str
    sentence: str
    watched: tuple[str, ...]
    figures: tuple[Figure, ...]
    published: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class RegisteredBody:
    """A line of the register of bodies (団体の人口). code: 6 digits; counted_on: the day of the population."""

    code: str
    name: str
    population: int
    counted_on: date
    source: str


class ClassGroup(Labelled):
    """Groups of classes as 泉大津市 published them: what a machine may do, what a person is needed for, and the counter."""

    CLERICAL = "clerical", "事務"
    PROFESSIONAL = "professional", "相談・企画"
    COUNTER = "counter", "窓口"


class ClassWork(Labelled):
    """What is done in the tasks of a class; by this, and not by a town's own names, suitability is told."""

    ENTRY = "entry", "入力・転記"
    CHECK = "check", "確認・突合"
    OUTPUT = "output", "帳票作成・抽出・集計"
    FILING = "filing", "書類の整理"
    EXCHANGE = "exchange", "他機関との連携"
    RECEIVE = "receive", "受付"
    HAND_OVER = "hand_over", "交付"
    TALK = "talk", "相談・案内"
    DECIDE = "decide", "審査・判定"
    VISIT = "visit", "訪問"
    PLAN = "plan", "計画・企画"


class StaffKind(Labelled):
    """Who does a task (実施者)."""

    REGULAR = "regular", "正規職員"
    APPOINTED = "appointed", "会計年度任用職員"
    CONTRACTOR = "contractor", "委託先"
    OTHER = "other", "その他"


class Core(Labelled):
    """Whether staff must do it themselves."""

    CORE = "core", "コア"
    NONCORE = "noncore", "ノンコア"


class Routine(Labelled):
    """Whether it goes the same way each time."""

    ROUTINE = "routine", "定型"
    PARTLY = "partly", "一部定型"
    NOT = "not", "非定型"


class Judgement(Labelled):
    """What has to be judged."""

    NONE = "none", "なし"
    BY_RULES = "rules", "基準に当てはめる"
    DISCRETION = "discretion", "裁量がある"


class Medium(Labelled):
    """On what the task's information comes."""

    PAPER = "paper", "紙"
    DATA = "data", "電子データ"
    BOTH = "both", "紙と電子データ"
    TELEPHONE = "telephone", "電話"
    IN_PERSON = "in_person", "対面"


class Zone(Labelled):
    """In which of the three zones (三層) the task's system stands."""

    MY_NUMBER = "my_number", "個人番号利用事務系"
    LGWAN = "lgwan", "LGWAN接続系"
    INTERNET = "internet", "インターネット接続系"
    NONE = "none", "システムを使わない"


class Means(Labelled):
    """What may take over a task; each but the last is a room of the house."""

    ROBOTS = "robots", "ロボット"
    READING = "reading", "帳票読取"
    MATCHING = "matching", "突合・割り当て"
    ANSWERS = "answers", "問い合わせ応答"
    PERSON = "person", "職員"


@dataclass(frozen=True)
class TaskRow:
    """One task (作業) of a process (業務), as it was entered. cases: a year; minutes: of one case; exceptions: percent; months:
    `3,4`, empty for the whole year. What nobody has filled in is None, or empty."""

    process: str
    step: str
    task: str
    work_class: str = ""
    staff: str = ""
    cases: Decimal | None = None
    minutes: Decimal | None = None
    core: str = ""
    routine: str = ""
    judgement: str = ""
    medium: str = ""
    exceptions: Decimal | None = None
    zone: str = ""
    months: str = ""

    @property
    def minutes_a_year(self) -> Decimal | None:
        """cases · minutes, None where either is not known."""
        return None if self.cases is None or self.minutes is None else self.cases * self.minutes

    @property
    def staff_label(self) -> str:
        """Who does it, in words."""
        return StaffKind(self.staff).label if self.staff else ""

    @property
    def medium_label(self) -> str:
        """The medium in words."""
        return Medium(self.medium).label if self.medium else ""

    @property
    def lacking(self) -> list[str]:
        """What must be filled in before the section answers, in Japanese."""
        asked = {"事務分類": self.work_class, "件数/年": self.cases, "分/件": self.minutes}
        return [what for what, value in asked.items() if value in (None, "")]
