"""The pages on which staff write who may ask and what it costs, and put it into force."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.definitions import LARGEST_BYTES
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.intake.actions import rules as actions
from yakuba.services.intake.engine.acting.rules import Door, Rules
from yakuba.services.intake.engine.acting.standing import wanted
from yakuba.services.intake.engine.fees.table import NEVER, Table
from yakuba.services.intake.models import RuleFile
from yakuba.services.intake.operations import rules as operations
from yakuba.services.intake.queries import rules as queries

KINDS = {"draft": "waiting", "waiting": "person", "published": "success", "changed": "warning"}
DOORS = (Door.WEB, Door.COUNTER, Door.POST, Door.TABLET)
LOADING = DefinitionPage(
    "本人確認か手数料の決まり",
    (("本人確認と手数料", "intake:rules"),),
    lead="「申請できる人」か「手数料表」で始まるファイルを、下書きとして取り込みます。同じコードのものがあれば、その下書きが入れ替わります。",
    file_help="YAMLのファイル（UTF-8）",
)


class RuleReasonForm(forms.Form):
    """Why it is to be in force."""

    reason = forms.CharField(
        label="使い始める理由",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="担当課のだれが、条例や国の通知と照らして確かめたかも書きます。",
    )


class RuleForm(forms.Form):
    """The file in the page."""

    text = forms.CharField(
        label="決まりのファイル",
        max_length=LARGEST_BYTES,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false"}),
        help_text="書き方はマニュアルの「本人確認と代理人の決まりを作る」にあります。",
    )


@permission_required("intake.view")
def index(request: HttpRequest) -> HttpResponse:
    """Every file with its state."""
    rows = [(one, KINDS[one.state]) for one in queries.standings()]
    have = {(one.row.kind, one.row.code) for one, _ in rows}
    context = {"rows": rows, "samples": len(set(queries.samples()) - have)}
    return render(request, "intake/rules/index.html", context)


@permission_required("intake.view")
def rule(request: HttpRequest, rule_file_id: int) -> HttpResponse:
    """One file: what it says, and the way into force."""
    row = get_object_or_404(RuleFile.objects.select_related("changed_by"), pk=rule_file_id)
    now = queries.standing(row)
    form = RuleReasonForm(request.POST or None)

    def propose() -> HttpResponse:
        operations.propose_rule_file(
            person_of(request), rule_file_id=row.pk, reason=form.cleaned_data["reason"]
        )
        messages.success(request, "承認に出しました。別の職員が承認すると使い始めます。")
        return redirect("intake:rule", row.pk)

    file = now.file
    context = {
        "now": now,
        "row": row,
        "kind": KINDS[now.state],
        "rules": file if isinstance(file, Rules) else None,
        "roles": _roles(file) if isinstance(file, Rules) else [],
        "table": file if isinstance(file, Table) else None,
        "never": NEVER,
        "may_edit": allowed(request.user, "intake.edit"),
    }
    return form_page(request, form, propose, "intake/rules/rule.html", context)


def _roles(rules: Rules) -> list[dict[str, object]]:
    return [
        {
            "part": one.part.value,
            "doors": [door.value for door in DOORS if door in one.doors],
            "wanted": [(door.value, wanted(rules, one, door)) for door in DOORS if door in one.doors],
            "asked": [each.value for each in one.asked],
            "to": one.to.value,
            "note": one.note,
        }
        for one in rules.roles
    ]


@permission_required("intake.edit")
def edit(request: HttpRequest, rule_file_id: int) -> HttpResponse:
    """The draft in the page; what cannot be read is shown again with every line that is wrong."""
    row = get_object_or_404(RuleFile, pk=rule_file_id)
    form = RuleForm(request.POST or None, initial={"text": row.text})

    def keep() -> HttpResponse:
        written = actions.write(row.kind, form.cleaned_data["text"], actor=person_of(request))
        messages.success(request, "下書きに残しました。")
        return redirect("intake:rule", written.pk)

    return form_page(request, form, keep, "intake/rules/edit.html", {"row": row})


@permission_required("intake.edit")
def load(request: HttpRequest) -> HttpResponse:
    """A file as a draft."""

    def put(text: str) -> HttpResponse:
        written = actions.write(queries.kind_of(text), text, actor=person_of(request))
        messages.success(request, "下書きに残しました。")
        return redirect("intake:rule", written.pk)

    return load_definition(request, LOADING, put)


@permission_required("intake.view")
def export(request: HttpRequest, rule_file_id: int) -> HttpResponseBase:
    """The draft as a file."""
    return operations.export_rule_file(person_of(request), rule_file_id=rule_file_id).answer()


take_samples = button(
    operations.take_rule_samples,
    lambda taken: reverse("intake:rules"),
    lambda taken: (
        f"見本の決まりを{taken}件取り込みました。担当課が読み、自分の町に合わせてから使ってください。"
    ),
)
withdraw = button(operations.withdraw_rule_file, "intake:rule", "使うのをやめました。下書きは残っています。")
