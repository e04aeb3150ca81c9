"""Rounds, their files, and starting a run."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.nursery.actions.runs import SECONDS
from yakuba.services.nursery.models import Round, RuleSet


class RoundForm(forms.Form):
    """A round: its name, from when, of which procedure, by which rules."""

    title = forms.CharField(label="名称", max_length=120, help_text="例：令和9年4月入所　一次選考")
    start = JapaneseDateField(
        label="入所日",
        help_text="例：令和9年4月1日、R9.4.1。年齢クラスは、この日の年度の4月1日の年齢で決まります。",
    )
    procedure = forms.ModelChoiceField(
        Procedure.all_municipalities.none(), label="申込の手続", empty_label=None
    )
    rule_set = forms.ModelChoiceField(RuleSet.all_municipalities.none(), label="選考基準", empty_label=None)

    def __init__(self, *args: Any, round: Round | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        procedures = Procedure.objects.order_by("title")
        self.fields["procedure"].queryset = procedures  # type: ignore[attr-defined]
        self.fields["rule_set"].queryset = RuleSet.objects.order_by("-pk")  # type: ignore[attr-defined]
        newest = RuleSet.objects.order_by("-pk").first()
        if newest is not None:
            self.fields["procedure"].initial = procedures.filter(code=newest.procedure_code).first()
        if round is not None:
            for name in ("start", "procedure"):
                del self.fields[name]
            self.initial["title"], self.initial["rule_set"] = round.title, round.rule_set_id

    def asked(self) -> dict[str, Any]:
        """As `operations.rounds.make_round` takes it."""
        said = self.cleaned_data
        names = {"rules": said["rule_set"].pk, "procedure": said["procedure"].code}
        return {"title": said["title"], "start": said["start"]} | names


class NextRoundForm(forms.Form):
    """The name of the next round."""

    title = forms.CharField(label="名称", max_length=120)


class StartForm(forms.Form):
    """How long a run may take, and whether to calculate although nothing has changed."""

    seconds = forms.IntegerField(
        label="かけてよい時間（秒）",
        min_value=SECONDS[0],
        max_value=SECONDS[1],
        initial=60,
        help_text="ふつうは数秒で終わります。証明に時間がかかるときだけ、長くします。",
    )
    again = forms.BooleanField(label="内容が変わっていなくても計算する", required=False)
