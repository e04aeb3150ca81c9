"""The five calculators: one page for all, made of what each declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.permissions import View
from yakuba.kernel.definitions import Problem, plain
from yakuba.kernel.lists.files import file_page, write
from yakuba.kernel.operations.arguments import Upload
from yakuba.kernel.refusals import Invalid, Refused
from yakuba.kernel.tables.files import FORMATS
from yakuba.kernel.tables.reading import Row, rows
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.simulators import operations, queries
from yakuba.services.simulators.contracts import Calculator, Lines, Outcome
from yakuba.services.simulators.engine import CALCULATORS
from yakuba.services.simulators.engine.reading import written
from yakuba.services.simulators.forms.calculating import CalculatorForm, KeepForm, TableFileForm
from yakuba.services.simulators.queries import shown

LARGEST = 5_000_000  # bytes of a table
MOST_SHOWN = 5  # kept results beside the calculators
LONGEST_ADDRESS = (
    300_000  # characters: two tables of 10,000, of which each may take nine in an address, and the numbers
)
FILLED = {"chain": "steps"}  # of which table a file may fill in


@dataclass(frozen=True)
class _Answer:
    form: CalculatorForm
    outcome: Outcome | None


def _calculated(calculator: Calculator, given: Mapping[str, Any]) -> _Answer:
    """The form with what was given, and the outcome; None where something is wrong, which the form then says."""
    form = CalculatorForm(calculator, given)
    if not form.is_valid():
        return _Answer(form, None)
    try:
        return _Answer(form, calculator.calculate(form.cleaned_data))
    except Invalid as refusal:
        field = form.place(refusal.place)
        sentence = [str(one) for one in refusal.problems] or refusal.sentence
        form.add_error(field, sentence if field else str(refusal))
        return _Answer(form, None)


def _page(
    request: HttpRequest,
    answer: _Answer,
    keep: KeepForm | None = None,
    load: TableFileForm | None = None,
) -> HttpResponse:
    calculator, outcome = answer.form.calculator, answer.outcome
    context: dict[str, Any] = {
        "calculator": calculator,
        "form": answer.form,
        "keep": keep or KeepForm(prefix="keep", use_required_attribute=False),
        "load": load or TableFileForm(prefix="load", use_required_attribute=False),
        "takes_table": calculator.code in FILLED,
        "takes_trace": calculator.code == "loss",
        "keep_url": reverse(f"simulators:keep_{calculator.code}"),
        "load_url": reverse(f"simulators:load_{calculator.code}") if _loads(calculator) else "",
        "formats": FORMATS,
    }
    if outcome is not None:
        context |= _shown(calculator, answer.form, outcome)
    wrong = outcome is None or (keep and keep.errors) or (load and load.errors)
    part = bool(request.headers.get("HX-Request"))  # htmx puts only a 200 into the page
    return render(request, "simulators/calculator.html", context, status=422 if wrong and not part else 200)


def _shown(calculator: Calculator, form: CalculatorForm, outcome: Outcome) -> dict[str, Any]:
    query = urlencode(form.typed)
    return {
        "outcome": outcome,
        "verdict": {True: "success", False: "warning", None: "info"}[outcome.holds],
        "figures": [(one.label, shown.figure_words(one), one.note) for one in outcome.figures],
        "pictures": [shown.drawn(one) for one in outcome.pictures],
        "sheets": [shown.sheet_cells(one) for one in outcome.sheets],
        "inputs": shown.inputs_in_words(calculator, form.cleaned_data),
        "query": query,
        "table_url": f"{reverse(f'simulators:table_{calculator.code}')}?{query}",
    }


def _loads(calculator: Calculator) -> bool:
    return calculator.code in FILLED or calculator.code == "loss"


def calculate(code: str) -> View:
    """The page of a calculator. What was moved without a script leads to an address that says it shortly."""
    calculator = CALCULATORS[code]

    @permission_required("simulators.view")
    def view(request: HttpRequest) -> HttpResponse:
        answer = _calculated(calculator, request.GET)
        if answer.outcome is not None and any(name.endswith("-place") for name in request.GET):
            return redirect(f"{request.path}?{urlencode(answer.form.typed)}")
        return _page(request, answer)

    return view


def table(code: str) -> View:
    """The same as a file: results, inputs, tables, curves, formulas."""
    calculator = CALCULATORS[code]

    @permission_required("simulators.view")
    def view(request: HttpRequest) -> HttpResponseBase:
        answer = _calculated(calculator, request.GET)
        if answer.outcome is None:
            return _page(request, answer)
        outcome, inputs, form = answer.outcome, answer.form.cleaned_data, request.GET.get("form", "xlsx")
        back = f"{reverse(f'simulators:{code}')}?{urlencode(answer.form.typed)}"
        return file_page(
            request,
            lambda: write(
                shown.tables_of(calculator, inputs, outcome),
                f"simulators-{code}",
                form,
                accept="accept" in request.GET,
            ),
            calculator.label,
            back,
        )

    return view


def keep(code: str) -> View:
    """Keep the result with a name and a note."""
    calculator = CALCULATORS[code]

    @permission_required("simulators.keep")
    def view(request: HttpRequest) -> HttpResponse:
        answer = _calculated(calculator, QueryDict(request.POST.get("inputs", "")[:LONGEST_ADDRESS]))
        if request.method != "POST":
            return redirect(f"simulators:{code}")
        form = KeepForm(request.POST, prefix="keep", use_required_attribute=False)
        if answer.outcome is not None and form.is_valid():
            with told_in(form):
                run = operations.runs.keep_run(
                    person_of(request), calculator=code, inputs=answer.form.typed, **form.cleaned_data
                )
                messages.success(request, f"「{run}」を残しました。")
                return redirect("simulators:run", run.pk)
        return _page(request, answer, keep=form)

    return view


def load(code: str) -> View:
    """A table fills the form in; of a trace only what was counted goes into it. Nothing of the file is kept."""
    calculator = CALCULATORS[code]

    @permission_required("simulators.view")
    def view(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return redirect(f"simulators:{code}")
        form = TableFileForm(request.POST, request.FILES, prefix="load", use_required_attribute=False)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                upload = Upload(str(file.name), file.file)
                given = _counted(request, upload) if code == "loss" else _filled(calculator, upload)
            except Refused as refusal:
                told = [str(one) for one in refusal.problems[:20]]
                form.add_error("file", [str(refusal), *told] if told else str(refusal))
            else:
                return redirect(f"{reverse(f'simulators:{code}')}?{urlencode(given)}")
        return _page(request, _calculated(calculator, {}), load=form)

    return view


def _counted(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    found = operations.calculating.fit_trace(person_of(request), file=upload)
    late = (
        f"おくれて届いた行{found['late']:,}、二度ある行{found['twice']:,}。"
        if found["late"] or found["twice"]
        else ""
    )
    messages.success(
        request,
        f"「{upload.name}」の{found['packets']:,}個のうち{found['lost']:,}個が、{found['bursts']:,}回に固まって抜けていました。{late}",
    )
    told = {f"measured_{name}": found[name] for name in ("packets", "lost", "bursts")}
    return told | {"p": written(max(found["p"], 1e-6)), "r": written(found["r"]), "g": 0, "b": 1}


def _filled(calculator: Calculator, upload: Upload) -> dict[str, Any]:
    """The rows of the table as the text of its field. Raises Invalid."""
    name = FILLED[calculator.code]
    (asked,) = [one for one in calculator.inputs if isinstance(one, Lines) and one.name == name]
    problems: list[Problem] = []
    lines: list[str] = []
    for row in rows(upload.read(LARGEST), asked.columns[:1], problems):
        if len(lines) >= asked.most:
            raise Invalid(f"{asked.most}行までにしてください。")
        lines.append(", ".join(_cell(row, column) for column in asked.columns))
    if problems:
        raise Invalid("表を読めません。", problems=problems)
    if not lines:
        raise Invalid(
            f"行がありません。1行目に見出し「{'、'.join(asked.columns)}」、2行目から区間を書いてください。"
        )
    return {name: "\n".join(lines)}


def _cell(row: Row, column: str) -> str:
    name = plain(column)
    return row.get(name, name.partition("(")[0].strip()).replace(",", "").replace("、", "・")


@permission_required("simulators.view")
def index(request: HttpRequest) -> HttpResponse:
    """The five calculators, and what was kept last."""
    cards = [(one, reverse(f"simulators:{one.code}")) for one in CALCULATORS.values()]
    return render(request, "simulators/index.html", {"cards": cards, "runs": queries.runs()[:MOST_SHOWN]})
