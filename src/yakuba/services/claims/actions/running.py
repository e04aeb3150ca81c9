"""A check: the claims of months, the rules, the tables of each month, all at once; and what becomes of its findings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.files import temporary
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import pieces_of
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.protection.queries import held
from yakuba.kernel.refusals import Conflict, Refused
from yakuba.services.claims.actions.protecting import look
from yakuba.services.claims.actions.rules import require_months
from yakuba.services.claims.adapters.checking import TABLE, Checking, Row, Source, TableFile, Tally, rule_rows
from yakuba.services.claims.adapters.tables import names_in
from yakuba.services.claims.contracts import CLAIMS, LINES, SEVERITY_LABELS, Severity
from yakuba.services.claims.engine.alike import alike
from yakuba.services.claims.engine.rules import Rule, read_rules
from yakuba.services.claims.engine.tables import NEVER, kinds
from yakuba.services.claims.models import MEMBERS, CheckRun, CheckTable, ClaimFile, Finding, RuleSet
from yakuba.services.claims.queries import masters_of

JOB = "claims.check"
LOOKED_BACK = 11  # months before the first one, for checks over months (縦覧)
AT_ONCE = 2_000
MOST_FILES = 80
TABLE_TEXTS = {
    "exclusion": "{項目}と{相手}は一緒に算定できません（{表}）。",
    "count": "{項目}が{値}回あり、上限を超えています（{表}）。",
    "bundling": "{項目}は、{相手}に含まれます（{表}）。",
    "indication": "{項目}に合う病名がありません（{表}）。表にない病名もあるので、確かめてください。",
    "contraindication": "{項目}に禁忌の病名があります（{表}）。",
    "pair": "{項目}と{相手}は併用できません（{表}）。",
    "days": "{項目}の投与日数が{値}日あり、上限を超えています（{表}）。",
    "dose": "{項目}の1日の量が{値}で、範囲の外です（{表}）。",
}

Told = Callable[[int, int, str], None]


@transaction.atomic
def start(rules: RuleSet, months: Sequence[int], trial: bool, *, actor: Actor) -> CheckRun:
    """Let a worker check these months. Raises Conflict where the rules are not published, Invalid."""
    if not trial and rules.state != RuleSet.State.PUBLISHED:
        raise Conflict(f"{rules}は公開されていません。公開した規則で点検するか、「試す」を使ってください。")
    run: CheckRun = CheckRun.objects.create(
        rules=rules, months=require_months(list(months)), trial=trial, created_by=known(actor)
    )
    enqueue(JOB, key=run.job_key, check_run_id=run.pk)
    return run


def give_up(refusal: Refused, *, check_run_id: int) -> None:
    """The job will not go on, for that reason."""
    reason = refusal.lines() or "処理が止まりました。「もう一度動かす」を押してください。"
    CheckRun.objects.filter(pk=check_run_id, state=CheckRun.State.WAITING).update(
        state=CheckRun.State.FAILED, reason=reason
    )


def take_up(*, check_run_id: int) -> None:
    """The job is to begin anew."""
    CheckRun.objects.filter(pk=check_run_id).update(state=CheckRun.State.WAITING, reason="")


@dataclass
class _Known:
    """What a run knows of its rules, tables and codes. tables: in the order of their numbers."""

    rules: Sequence[Rule]
    tables: Sequence[CheckTable]
    files: Sequence[ClaimFile]
    names: Mapping[str, Path]
    called: dict[int, str] = field(default_factory=dict)

    def rule_of(self, row: Row) -> tuple[str, str, str, str]:
        """Code, label, severity and message of the rule of a finding."""
        if row.rule < TABLE:
            rule = self.rules[row.rule - 1]
            return rule.code, rule.name, rule.severity.value, rule.message
        table = self.tables[row.rule // TABLE - 1]
        kind = kinds()[table.kind]
        text = TABLE_TEXTS[str(kind.said["rule"])].replace("{表}", kind.label)
        code = row.rule % TABLE
        return f"{table.kind}:{code}", f"{kind.label} {self.name_of(code)}", Severity.LOOK.value, text

    def name_of(self, code: int) -> str:
        """What a code is called, or the code."""
        return self.called.get(code) or (f"コード{code}" if code else "")

    def learn(self, codes: set[int]) -> None:
        """Look up what these are called."""
        for path in self.names.values():
            self.called |= names_in(path, codes - set(self.called))


def work(check_run_id: int, told: Told) -> None:
    """Check. Nothing is kept before all of it is done; findings that were there keep what somebody decided."""
    run = CheckRun.objects.select_related("rules").filter(pk=check_run_id).first()
    if run is None or run.state != CheckRun.State.WAITING or run.rules is None:
        return
    before = _months_before(min(run.months))
    files = [one for one in _files() if set(map(int, one.months)) & {*run.months, *before}]
    if not any(set(map(int, one.months)) & set(run.months) for one in files):
        raise Conflict("この診療年月の請求が取り込まれていません。先に請求ファイルを取り込んでください。")
    if len(files) > MOST_FILES:
        raise Conflict(
            f"一度に点検できる請求ファイルは{MOST_FILES}までです（今は{len(files)}）。月を減らしてください。"
        )
    tables, editions = _tables(run.months)
    with temporary.folder("claims") as folder:
        rules = read_rules(run.rules.text)
        known_ = _Known(rules, [one for one, _, _ in tables], files, _names(folder, max(run.months)))
        checking = Checking(folder)
        try:
            _take(checking, folder, known_, tables)
            run.claims = checking.claims([_source(one, folder) for one in files], run.months, before)
            checking.check(lambda at, of, kind: told(at, of, f"点検 {kind}"), alike)
            tallies = checking.tallies(run.claims)
            capped = [rule for rule, one in tallies.items() if one.capped]
            run.counts = _counts(known_, tallies)
            run.findings = sum(one.findings for one in tallies.values())
            run.sources = editions
            with transaction.atomic():
                waiting = CheckRun.objects.select_for_update().filter(pk=run.pk, state=CheckRun.State.WAITING)
                if waiting.first() is None:
                    return  # another worker was faster, or it was given up
                if not run.trial:
                    _keep(run, known_, checking, checking.rows(capped))
                run.state, run.reason, run.done_at = CheckRun.State.DONE, "", timezone.now()
                run.save()
        finally:
            checking.close()


def _files() -> list[ClaimFile]:
    rows = ClaimFile.objects.filter(state=ClaimFile.State.DONE)
    return list(rows.select_related("file", "claims_part", "items_part", "diseases_part").order_by("pk"))


def _months_before(first: int) -> list[int]:
    index = first // 100 * 12 + first % 100 - 1
    return [one // 12 * 100 + one % 12 + 1 for one in range(index - LOOKED_BACK, index)]


def _tables(months: Sequence[int]) -> tuple[list[tuple[CheckTable, int, int]], list[str]]:
    """The check tables, each with the months for which its edition holds (until the next one of its kind begins), and in words
    which ones; a month before the first edition is not checked, which is told too."""
    rows = (
        CheckTable.objects.filter(state=CheckTable.State.DONE)
        .select_related("part")
        .order_by("kind", "since", "pk")
    )
    by_kind: dict[str, dict[int, CheckTable]] = {}
    for row in rows:
        if row.kind != MEMBERS and kinds()[row.kind].group != "masters":
            by_kind.setdefault(row.kind, {})[row.since] = row  # of two of one month the later one counts
    found, told = [], []
    for editions in by_kind.values():
        begins = sorted(editions)
        for at, since in enumerate(begins):
            if since > max(months):
                continue
            row = editions[since]
            ends = begins[at + 1] - 1 if at + 1 < len(begins) else NEVER
            found.append((row, since, ends))
            told.append(f"{row.label}（{since // 100}年{since % 100}月から、{row.rows:,}行）")
        if before := [one for one in sorted(months) if one < begins[0]]:
            without = "、".join(f"{one // 100}年{one % 100}月" for one in before)
            told.append(
                f"{editions[begins[0]].label}：{without}の版がないので、その月はこの表で点検していません"
            )
    return found, told


def _names(folder: Path, last: int) -> dict[str, Path]:
    """The masters of the newest edition, by their kind."""
    found = {row.kind: row for row in masters_of(last)}
    return {kind: _written(row.part, folder / f"name-{row.pk}.parquet") for kind, row in found.items()}


def _take(
    checking: Checking, folder: Path, known_: _Known, tables: Sequence[tuple[CheckTable, int, int]]
) -> None:
    numbered = [(number, check) for number, rule in enumerate(known_.rules, start=1) for check in rule.checks]
    found = [
        TableFile(_written(row.part, folder / f"table-{row.pk}.parquet"), starts, ends)
        for row, starts, ends in tables
    ]
    newest = (
        CheckTable.objects.filter(kind=MEMBERS, state=CheckTable.State.DONE)
        .select_related("part")
        .order_by("-pk")
        .first()
    )
    members = [_written(newest.part, folder / "members.parquet")] if newest else []
    checking.rules(rule_rows(numbered), found, members)


def _source(row: ClaimFile, folder: Path) -> Source:
    paths = [
        _written(getattr(row, f"{name}_part"), folder / f"{name}-{row.pk}.parquet")
        for name in ("claims", "items", "diseases")
    ]
    return Source(*paths)


def _written(file: StoredFile | None, path: Path) -> Path:
    assert file is not None
    with path.open("wb") as target:
        for piece in pieces_of(file):
            target.write(piece)
    return path


def _counts(known_: _Known, tallies: Mapping[int, Tally]) -> dict[str, dict[str, Any]]:
    """How often each rule found something: all of the town's own rules, of the tables those that did."""
    known_.learn({rule % TABLE for rule in tallies if rule >= TABLE})
    nothing = Tally(0, 0, False)
    found: dict[str, dict[str, Any]] = {}
    for number in [*range(1, len(known_.rules) + 1), *sorted(rule for rule in tallies if rule >= TABLE)]:
        code, label, severity, _ = known_.rule_of(Row(number, 0, 0, 0, None, 0.0))
        one, before = tallies.get(number, nothing), found.get(code)
        found[code] = {
            "label": label, "severity": SEVERITY_LABELS[Severity(severity)],
            "claims": one.claims + (before["claims"] if before else 0),
            "findings": one.findings + (before["findings"] if before else 0),
            "capped": one.capped or bool(before and before["capped"]),
        }  # fmt: skip
    return found


def _keep(run: CheckRun, known_: _Known, checking: Checking, rows: Iterator[Row]) -> None:
    protections = list(held())
    while part := list(islice(rows, AT_ONCE)):
        people = checking.people(
            sorted({row.place // LINES for row in part} | {row.other // LINES for row in part})
        )
        known_.learn({row.code for row in part})
        others = _codes_at(checking, [row.other for row in part if row.other])
        known_.learn(set(others.values()))
        made = [_finding(run, known_, row, people, others.get(row.other, 0)) for row in part]
        Finding.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
        if protections:
            look(Finding.objects.filter(key__in=[one.key for one in made]), protections)


def _codes_at(checking: Checking, places: Sequence[int]) -> dict[int, int]:
    """The codes of items and diseases that stand at these places."""
    return checking.codes(places) if places else {}


def _finding(
    run: CheckRun, known_: _Known, row: Row, people: Mapping[int, Mapping[str, Any]], other_code: int
) -> Finding:
    code, label, severity, text = known_.rule_of(row)
    claim, other = row.place // LINES, row.other // LINES
    file = known_.files[claim // CLAIMS - 1]
    beside = known_.files[other // CLAIMS - 1] if other else None
    who, other_one = people[claim], people.get(other, {})
    other_who = _who(other_one) if other_one else ("", "")
    if other_who == _who(who):
        other_who = ("", "")
    message = (
        text.replace("{値}", f"{row.measured:g}" if row.measured is not None else "")
        .replace("{項目}", known_.name_of(row.code))
        .replace("{相手}", known_.name_of(other_code))
    )
    return Finding(
        run=run, file=file, key=_key(file, code, row, beside), rule=code, label=label[:120], severity=severity, message=message[:400],
        month=who["month"], institution=who["institution_code"], institution_name=who["institution_name"][:120],
        claim=claim % CLAIMS, line=row.place % LINES, other=beside, other_claim=other % CLAIMS, other_line=row.other % LINES,
        code=row.code, points=row.value, name=_who(who)[0], birth=_who(who)[1],
        other_name=other_who[0], other_birth=other_who[1],
    )  # fmt: skip


def _who(one: Mapping[str, Any]) -> tuple[str, str]:
    """Name and birth."""
    birth = str(one["birth"])
    return one["name"][:120], f"{birth[:4]}-{birth[4:6]}-{birth[6:]}"


def _key(file: ClaimFile, rule: str, row: Row, beside: ClaimFile | None) -> str:
    """The same for the same finding in any run: file, line, rule, and what it stands beside."""
    assert file.file is not None
    told = [
        file.file.sha256,
        row.place % LINES,
        rule,
        row.code,
        row.other % LINES,
        beside.file.sha256 if beside and beside.file else "",
    ]
    return hashlib.sha256("|".join(map(str, told)).encode()).hexdigest()
