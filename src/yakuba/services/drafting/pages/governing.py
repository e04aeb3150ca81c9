"""How AI may be used: the rule and who accepted it, registered uses with their evidence, templates, the log."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.drafting.actions import governance as actions
from yakuba.services.drafting.contracts import DataClass, Risk
from yakuba.services.drafting.engine.principles import PRINCIPLES, RULE
from yakuba.services.drafting.forms import EvidenceForm, RuleForm, TemplateForm, UseForm
from yakuba.services.drafting.models import Template, Use, UseRecord
from yakuba.services.drafting.queries import governance as queries

USES = Listing(
    "drafting.uses",
    "AIの使い方",
    "使い方",
    columns=(
        Column(
            "name",
            "使い方",
            lambda row: Cell(row.name, url=reverse("drafting:use", args=[row.pk])),
            ("name",),
        ),
        Column("purpose", "目的", lambda row: row.purpose),
        Column("data", "入れてよい情報", lambda row: DataClass(row.data_class).label),
        Column("risk", "リスク", lambda row: Risk(row.risk).label),
        Column("owner", "責任者", lambda row: str(row.owner)),
        Column("evidence", "10の指針の根拠", lambda row: f"{row.shown}／{len(PRINCIPLES)}"),
        Column(
            "state",
            "状態",
            lambda row: status("success", "使える") if row.is_open else status("stopped", "止めた"),
        ),
    ),
    rows=queries.uses,
    nothing=Nothing(
        "登録した使い方はまだありません",
        "目的、入れてよい情報、リスク、責任者を決めると、職員が使えるようになります。",
        ("使い方を登録する", reverse_lazy("drafting:new-use")),
    ),
    actions=(
        ("使い方を登録する", reverse_lazy("drafting:new-use")),
        ("約束を決める", reverse_lazy("drafting:decide-rule")),
        ("ひな形", reverse_lazy("drafting:templates")),
    ),
    sort="name",
)


def _outcome(row: UseRecord) -> Cell:
    return Cell(f"{row.way}　{row.failed}".strip())


RECORDS = Listing(
    "drafting.records",
    "AIの使用記録",
    "記録",
    columns=(
        Column("at", "日時", lambda row: row.at, ("at",)),
        Column("who", "使った職員", lambda row: str(row.who)),
        Column("use", "使い方", lambda row: row.use.name, ("use__name", "at")),
        Column("template", "ひな形", lambda row: row.template),
        Column("way", "何が行ったか", _outcome),
        Column("characters", "渡した字数", lambda row: row.characters, number=True),
        Column("answered", "出た字数", lambda row: row.answered, number=True),
        Column("hidden", "伏せた数", lambda row: row.hidden, number=True),
        Column("alarms", "指示らしい文", lambda row: row.alarms, ("alarms", "at"), number=True),
        Column(
            "unfounded", "印を付けた数と名前", lambda row: row.unfounded, ("unfounded", "at"), number=True
        ),
    ),
    rows=queries.records,
    nothing=Nothing(
        "使用の記録はまだありません", "「文書の下書きを作る」を使うと、ここに残ります。文は残りません。"
    ),
    sort="-at",
)

TEMPLATES = Listing(
    "drafting.templates",
    "AIのひな形",
    "ひな形",
    columns=(
        Column(
            "label",
            "ひな形",
            lambda row: Cell(row.label, url=reverse("drafting:template", args=[row.pk])),
            ("label",),
        ),
        Column("instruction", "頼むこと", lambda row: row.instruction),
        Column("built_in", "サーバーがないとき", lambda row: row.get_built_in_display()),
    ),
    rows=queries.templates,
    nothing=Nothing("ひな形はまだありません", "「見本のひな形を加える」か「ひな形を書く」で始めます。"),
    actions=(("ひな形を書く", reverse_lazy("drafting:new-template")),),
)


@permission_required("drafting.view")
def rule(request: HttpRequest) -> HttpResponse:
    """The rule that holds, to be read and accepted."""
    context = {
        "rule": queries.rule(),
        "accepted": queries.has_accepted(person_of(request)),
        "may_decide": allowed(request.user, "drafting.govern"),
    }
    return render(request, "drafting/rule.html", context)


@permission_required("drafting.view")
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Hold to it."""
    number = request.POST.get("rule", "")
    actions.accept(
        int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0,
        actor=person_of(request),
    )
    messages.success(request, "承知したことを記録しました。")
    return redirect("drafting:assist")


@permission_required("drafting.govern")
def decide(request: HttpRequest) -> HttpResponse:
    """Another rule."""
    holds = queries.rule()
    form = RuleForm(request.POST or None, initial={"text": holds.text if holds else RULE})

    def write() -> HttpResponse:
        actions.decide_rule(form.cleaned_data["text"], actor=person_of(request))
        messages.success(request, "新しい約束を決めました。使う人は、もう一度承知します。")
        return redirect("drafting:rule")

    context = {"title": "AIの約束を決める", "button": "この約束に決める", "back": reverse("drafting:uses")}
    return form_page(request, form, write, "drafting/governing_form.html", context)


@permission_required("drafting.govern")
def uses(request: HttpRequest) -> HttpResponseBase:
    """The register."""
    return respond(request, USES)


@permission_required("drafting.govern")
def new_use(request: HttpRequest) -> HttpResponse:
    """A new use, for which the person answers."""
    return _use_form(request, UseForm(request.POST or None), None)


@permission_required("drafting.govern")
def use(request: HttpRequest, use_id: int) -> HttpResponse:
    """Another wording of a use, and its evidence."""
    row = get_object_or_404(Use.objects, pk=use_id)
    names = ("name", "purpose", "data_class", "risk", "measures", "is_open")
    return _use_form(
        request, UseForm(request.POST or None, initial={one: getattr(row, one) for one in names}), row
    )


def _use_form(request: HttpRequest, form: UseForm, row: Use | None) -> HttpResponse:
    def write() -> HttpResponse:
        kept = actions.register(form.cleaned_data, actor=person_of(request), use_id=row.pk if row else None)
        messages.success(request, f"「{kept}」を登録しました。10の指針の根拠を書いてください。")
        return redirect("drafting:evidence", kept.pk)

    context: dict[str, Any] = {
        "title": row.name if row else "使い方を登録する",
        "button": "登録する",
        "back": reverse("drafting:uses"),
    }
    context |= {"row": row, "checklist": queries.checklist(row) if row else []}
    return form_page(request, form, write, "drafting/governing_form.html", context)


@permission_required("drafting.govern")
def evidence(request: HttpRequest, use_id: int) -> HttpResponse:
    """The ten principles, each with what the use has to show."""
    row = get_object_or_404(Use.objects, pk=use_id)
    form = EvidenceForm(
        request.POST or None, initial={key: text for key, _, _, text in queries.checklist(row)}
    )

    def write() -> HttpResponse:
        actions.show_evidence(row.pk, form.cleaned_data, actor=person_of(request))
        messages.success(request, "根拠を書きました。")
        return redirect("drafting:uses")

    context: dict[str, Any] = {
        "title": f"10の指針：{row}",
        "button": "根拠を書く",
        "back": reverse("drafting:uses"),
    }
    return form_page(request, form, write, "drafting/governing_form.html", context)


@permission_required("drafting.edit")
def templates(request: HttpRequest) -> HttpResponseBase:
    """The templates."""
    return respond(request, TEMPLATES, "drafting/templates.html", lambda wanted: {})


@permission_required("drafting.edit")
def new_template(request: HttpRequest) -> HttpResponse:
    """A new one."""
    return _template_form(request, TemplateForm(request.POST or None), None)


@permission_required("drafting.edit")
def template(request: HttpRequest, template_id: int) -> HttpResponse:
    """Another wording."""
    row = get_object_or_404(Template.objects, pk=template_id)
    first = {one: getattr(row, one) for one in ("label", "instruction", "built_in", "grounded")}
    return _template_form(request, TemplateForm(request.POST or None, initial=first), row)


def _template_form(request: HttpRequest, form: TemplateForm, row: Template | None) -> HttpResponse:
    def write() -> HttpResponse:
        number = row.pk if row else None
        kept = actions.write_template(form.cleaned_data, actor=person_of(request), template_id=number)
        messages.success(request, f"「{kept}」を書きました。")
        return redirect("drafting:templates")

    context = {
        "title": row.label if row else "ひな形を書く",
        "button": "書く",
        "back": reverse("drafting:templates"),
    }
    return form_page(request, form, write, "drafting/governing_form.html", context)


@permission_required("drafting.edit")
@require_POST
def load_templates(request: HttpRequest) -> HttpResponse:
    """The starter set."""
    messages.success(
        request, f"見本のひな形を{actions.load_templates(actor=person_of(request))}件加えました。"
    )
    return redirect("drafting:templates")


@permission_required("drafting.govern")
def records(request: HttpRequest) -> HttpResponseBase:
    """The log."""
    return respond(request, RECORDS)
