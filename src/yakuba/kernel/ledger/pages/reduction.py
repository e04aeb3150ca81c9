"""縮退表: the town's table of reduced characters, looked at and loaded."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.ledger import actions
from yakuba.kernel.ledger.models import ReductionTable
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition

HEAD = "文字,縮退先\n"


@permission_required("definitions.manage")
def reduction(request: HttpRequest) -> HttpResponse:
    """What is in use, to be corrected or replaced by a file."""
    row = ReductionTable.objects.first()

    def put(text: str) -> HttpResponse:
        rows = actions.load_reduction(text, actor=person_of(request))
        messages.success(request, f"縮退表（{rows:,}字）を登録しました。これからの書き出しに使います。")
        return redirect("ledger:reduction")

    page = DefinitionPage(
        "縮退表",
        (("受付簿", "ledger:cases"),),
        "Shift_JISのCSVに書き出すときに、書けない字や異体字をどの字に置きかえるかの表です。持っている氏名は変わりません。",
        "1行目は「文字,縮退先」。字そのものか U+845B U+E0100 のような番号を書きます。",
        row.text if row else HEAD,
        form="CSV",
    )
    return load_definition(request, page, put)
