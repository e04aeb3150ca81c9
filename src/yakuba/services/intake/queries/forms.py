"""The web forms of a town, for staff and for residents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.validators import slug_re
from django.db.models import Count
from django.utils import timezone

from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.outbound import class_of, is_held_here
from yakuba.kernel.refusals import if_valid
from yakuba.services.intake.engine.form import Form, parse_form
from yakuba.services.intake.models import AttachedFile, Submission, WebForm

STATES = {
    "closed": "閉じている",
    "waiting": "開始日を待っている",
    "open": "受付中",
    "over": "期間が終わった",
    "zone": "この系の設備では受け付けない",
}


@dataclass(frozen=True)
class Row:
    """A procedure with its web form, which it may lack. sent: how many applications came by it."""

    procedure: Procedure
    form: WebForm | None
    state: str
    sent: int = 0

    @property
    def label(self) -> str:
        """The state in words."""
        return STATES[self.state]

    @property
    def has_address(self) -> bool:
        """Whether its page can be opened."""
        return has_address(self.procedure)


def state_of(form: WebForm | None, today: date) -> str:
    """closed, waiting (until a day), open or over."""
    if form is None or form.opens_on is None:
        return "closed"
    if today < form.opens_on:
        return "waiting"
    return "over" if form.closes_on and form.closes_on < today else "open"


def state_here(procedure: Procedure, form: WebForm | None, today: date) -> str:
    """The same, and zone where this installation's zone may not hold what is asked for."""
    said = state_of(form, today)
    return said if said == "closed" or _is_held_here(procedure) else "zone"


def has_address(procedure: Procedure) -> bool:
    """Whether the code of a procedure can stand in the addresses of residents and staff."""
    return slug_re.fullmatch(procedure.code) is not None


def is_open(form: WebForm) -> bool:
    """Whether residents may begin and send it today, and this installation's zone may hold what they write."""
    return state_of(form, timezone.localdate()) == "open" and _is_held_here(form.procedure)


def _is_held_here(procedure: Procedure) -> bool:
    return is_held_here(lambda: class_of(procedure.definition))


def rows() -> list[Row]:
    """Every procedure by title."""
    today = timezone.localdate()
    forms = {form.procedure_id: form for form in WebForm.objects.all()}
    counts = Submission.objects.values("form__procedure").annotate(n=Count("pk"))
    sent = {row["form__procedure"]: row["n"] for row in counts}
    return [
        Row(one, forms.get(one.pk), state_here(one, forms.get(one.pk), today), sent.get(one.pk, 0))
        for one in Procedure.objects.order_by("title")
    ]


def open_forms() -> list[WebForm]:
    """Those that residents may begin today, by title."""
    found = WebForm.objects.select_related("procedure").exclude(opens_on=None).order_by("procedure__title")
    return [form for form in found if is_open(form)]


def form_of(code: str) -> WebForm | None:
    """The web form of the procedure with that code, open or not."""
    return WebForm.objects.select_related("procedure").filter(procedure__code=code).first()


def parsed(form: WebForm) -> Form:
    """What it asks."""
    return parse_form(form.document, form.procedure.definition)


def readable(form: WebForm) -> Form | None:
    """The same; None where the procedure has changed and the form not yet."""
    return if_valid(parsed, form)


def labels_of(form: WebForm) -> dict[str, str]:
    """Code → label of what it asks to be added; empty where the procedure has changed and the form not yet."""
    asked = readable(form)
    return {code: one.label for code, one in asked.files.items()} if asked else {}


def counted(files: Iterable[AttachedFile]) -> Counter[str]:
    """For what is asked → how many files are there."""
    return Counter(one.slot for one in files)
