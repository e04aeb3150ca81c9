"""Loading a register that was sent to the page: a million people take minutes, so a worker does it."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files import storage, temporary
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.jobs import JobContext, JobPostponed, enqueue, job
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.persons import loading
from yakuba.kernel.refusals import Missing, Refused

LOAD, KEY = "persons.load", "register"
GONE = "ファイルはもうありません。「取り込みの記録」を確かめ、まだのときは「登録簿を取り込む」からもう一度選んでください。"
AGAIN = 60.0  # seconds until it is tried again while another load is read


@transaction.atomic
def ask(name: str, content: bytes, *, accept_fewer: bool, actor: User) -> Job:
    """Have the file loaded. A former one that still waits is forgotten."""
    former = under_way()
    if former is not None and former.state in ("waiting", "running", "paused"):
        raise loading.UnderWay
    file = storage.store(StoredFile.Kind.UPLOAD, name, "application/octet-stream", content, actor=actor)
    return enqueue(LOAD, key=KEY, file=str(file.pk), accept_fewer=accept_fewer, actor=actor.pk)


def under_way() -> Job | None:
    """The load that was asked for last; None when it went well, or there was none."""
    return Job.objects.filter(name=LOAD, key=KEY).exclude(state="done").first()


def _forget(refusal: Refused, *, file: str, **_: object) -> None:
    """The job will not be done: nobody else removes its file."""
    for row in StoredFile.objects.filter(pk=file):
        storage.remove(row)


@job(
    LOAD,
    label="宛名の取り込み",
    ended=_forget,
    about=lambda file, **_: StoredFile.objects.get(pk=file),
)
def load(context: JobContext, *, file: str, accept_fewer: bool, actor: int) -> None:
    """Load the stored file and remove it. Called again after a crash, it begins anew: a load counts whole or not at all."""
    row = StoredFile.objects.filter(pk=file).first()
    if row is None:  # failed before, or loaded and killed before that was written down
        raise Missing(GONE)

    def tell(done: int) -> None:
        context.check()
        context.progress(done, 0, f"{done:,}人")

    with temporary.folder("register") as folder:
        path = folder / "register"
        with path.open("wb") as copy:
            copy.writelines(storage.pieces_of(row))
        try:
            loading.load(
                path,
                name=row.name,
                actor=User.objects.filter(pk=actor).first(),
                accept_fewer=accept_fewer,
                tell=tell,
            )
        except loading.UnderWay as error:
            raise JobPostponed(AGAIN) from error
    storage.remove(row)
