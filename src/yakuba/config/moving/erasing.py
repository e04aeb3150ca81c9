"""Erasing a municipality from the installation (ADR 37).

The installation's own record says that it begins, and in the same transaction the keys go: from then on nobody opens a
file or a secret, and nothing new is written for the municipality, since every deed leaves an event that needs its key.
Then all rows in one transaction, then its folders, then the pages of the database, then the record says that it is done.
Killed anywhere, the same command takes it up: what is under way stands in the record.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, models, transaction

from yakuba.config.moving import frames
from yakuba.config.moving.coverage import erased, rows_of, tables
from yakuba.config.moving.exporting import Told
from yakuba.config.moving.frames import End, Head
from yakuba.config.moving.importing import opened
from yakuba.config.moving.sealed import SealedReader
from yakuba.kernel.accounts.acting import operator
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit import house
from yakuba.kernel.audit.chain import on_paper
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.privacy import keys
from yakuba.kernel.privacy.models import WrappedKey
from yakuba.kernel.refusals import Conflict, Unavailable
from yakuba.kernel.retention.proof import scrub
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.tenancy.models import Municipality

TRIES = 5  # of the rows, where somebody writes another one meanwhile
PAUSE_SECONDS = 1.0
EXPORT_AGAIN = "もう一度書き出して、そのファイルを --export で示してください。"


@dataclass(frozen=True)
class Gone:
    """What the record says of an erasure. rows: by table, as they were when it began; derived: an older release made the
    keys of the master key."""

    code: str
    name: str
    rows: dict[str, int]
    files: int
    derived: bool


def begun(code: str) -> Gone | None:
    """The erasure of that code that has not come to its end."""
    event = house.erasures().get(code)
    return _gone(event) if event else None


@every_municipality("an erased town's rows, and others' that hang on its people")
def require_idle(town: Municipality) -> None:
    """Raises Conflict while work of the municipality runs or waits, or others' rows hang on its people."""
    with active_municipality(town):
        waiting = Job.objects.filter(state__in=(State.WAITING, State.RUNNING)).count()
    if waiting:
        raise Conflict(
            f"{town.name} の仕事が{waiting}件、動いているか順番を待っています。",
            remedy="「仕事と失敗」の画面で終わるのを待つか、取り消してから、やり直してください。",
        )
    for model in _all_tables():
        for field in model._meta.concrete_fields:
            if field.related_model is User and _of_others(model, field.name, town).exists():
                raise Conflict(
                    f"ほかの自治体の「{model._meta.verbose_name}」に、{town.name} の職員が残っています。",
                    remedy="運用者の支援なら、yakuba support で別の自治体の人に替えてから、やり直してください。",
                )


def require_fresh(town: Municipality, source: Path, passphrase: str, told: Told) -> None:
    """Read an export to its end. Raises Invalid where it is damaged, Conflict where it is of another municipality or
    something has happened since."""
    head, end = _proved(source, passphrase, told)
    if head.code != town.code:
        raise Conflict(f"{source} は {head.code} {head.name} のものです。", remedy=EXPORT_AGAIN)
    with active_municipality(town):
        now = on_paper()
        counts = {label: rows_of(model, town).count() for label, model in tables().items()}
    changed = [label for label, number in counts.items() if number != end.rows.get(label)]
    if now is None or now.digest != head.digest or changed:
        raise Conflict(
            f"{source} を書き出したあとに、{town.name} の記録が増えています。", remedy=EXPORT_AGAIN
        )
    if end.lacking:
        raise Conflict(
            f"書き出したファイルに、もとから失われていたものが{len(end.lacking)}個あります。",
            remedy="それでよければ --without-export で消してください。",
        )


@every_municipality("an erased town's rows, and others' that hang on its people")
def count(town: Municipality) -> tuple[dict[str, int], int]:
    """The rows that will go, by table, and how many files."""
    rows = {model._meta.label: _rows(model, path, town.pk).count() for model, path in erased()}
    return {label: number for label, number in rows.items() if number}, rows["files.StoredFile"]


def begin(town: Municipality, reason: str, export: str) -> Gone:
    """Nothing of it can be opened any more, and it cannot be taken back. export: what proves that it is elsewhere, or
    empty."""
    rows, files = count(town)
    with active_municipality(town):
        paper = on_paper()
    with transaction.atomic():
        derived = keys.destroy(town.code)
        event = house.record(
            house.ERASING,
            by=operator(),
            code=town.code,
            number=town.pk,
            town=town.name,
            reason=reason,
            export=export,
            record_end=paper.digest if paper else "",
            rows=rows,
            files=files,
            derived=derived,
        )
    keys.tell_others()
    return _gone(event)


def finish(code: str, told: Told) -> Gone:
    """Take an erasure that has begun to its end. Raises Unavailable where the municipality's people go on writing."""
    event = house.erasures()[code]
    keys.tell_others()  # who was killed may not have
    told("行", 0, 1)
    _erase_rows(int(event.number or 0), code)
    told("行", 1, 1)
    _erase_folders(code)
    told("書き直す", 0, 1)
    scrub(every=True)
    told("書き直す", 1, 1)
    house.record(
        house.ERASED, by=operator(), code=code, number=event.number, rows=sum(event.details["rows"].values())
    )
    return _gone(event)


def _gone(event: Any) -> Gone:
    told = event.details
    return Gone(event.code, told["town"], told["rows"], told["files"], told["derived"])


def _proved(source: Path, passphrase: str, told: Told) -> tuple[Head, End]:
    with opened(source) as file:
        reader = SealedReader(file, passphrase)
        head, size = frames.head_of(reader), source.stat().st_size
        for _, content in frames.frames(reader):
            last = content
            told("書き出したものを確かめる", file.tell(), size)
    return head, frames.end_of(last)


def _erase_rows(number: int, code: str) -> None:
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                _erase_all(number)
            return
        except IntegrityError as error:  # a request that had begun before has written something
            if not left:
                raise Unavailable(
                    f"自治体 {code} に書き込んでいる人がいるため、まだ消せません。",
                    remedy="画面とワーカーを止めて、もう一度 yakuba municipality erase を実行してください。",
                ) from error
            time.sleep(PAUSE_SECONDS)


@every_municipality("an erased town's rows, and others' that hang on its people")
def _erase_all(number: int) -> None:
    town = Municipality.objects.select_for_update().filter(
        pk=number
    )  # who writes a new row waits, and then may not
    if not list(town):
        return
    people = set(User.objects.filter(municipality=number).values_list("pk", flat=True))
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") in {str(one) for one in people}:
            session.delete()
    for model, path in erased():
        rows = _rows(model, path, number)
        rows._raw_delete(rows.db)  # no `delete` of the model: it would refuse, or load every row
    town._raw_delete(town.db)
    connection.check_constraints()


def _erase_folders(code: str) -> None:
    root = Path(settings.YAKUBA.data_dir)
    for folder in (root / "files" / code, root / "inbox" / code):
        if folder.exists():
            shutil.rmtree(folder)
    for path in (*(root / "audit").glob(f"{code}.*"), root / f"importing-{code}"):
        path.unlink(missing_ok=True)
    WrappedKey.objects.filter(pk=code).delete()


def _of_others(model: type[models.Model], name: str, town: Municipality) -> Any:
    """Rows that stay and name a person who goes."""
    rows = _every(model).filter(**{f"{name}__municipality": town})
    paths = [path for one, path in erased() if one is model]
    for path in paths:
        rows = rows.exclude(**{path: town})
    return rows


def _all_tables() -> list[type[models.Model]]:
    return list(dict.fromkeys(model for model, _ in erased()))


def _rows(model: type[models.Model], path: str, number: int) -> Any:
    return _every(model).filter(**{path: number})


def _every(model: type[models.Model]) -> Any:
    return getattr(model, "all_municipalities", None) or model._default_manager
