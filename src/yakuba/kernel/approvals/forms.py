"""What the second person writes, and who stands in for whom."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.accounts.models import User
from yakuba.kernel.accounts.queries import at_work
from yakuba.kernel.approvals.actions import LONGEST
from yakuba.kernel.ui.forms import JapaneseDateField


class AnswerForm(forms.Form):
    """The second person's word: needed to send back, free to approve."""

    answer = forms.CharField(
        label="承認者の言葉",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="差し戻すときは、理由を必ず書きます。",
    )


class DeputyForm(forms.Form):
    """Who answers in one's place, and when."""

    deputy = forms.ModelChoiceField(User.objects.none(), label="代理の職員", empty_label="選んでください")
    first_day = JapaneseDateField(label="はじめの日")
    last_day = JapaneseDateField(label="終わりの日")

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = at_work().exclude(pk=person.pk)
        self.fields["deputy"].queryset = here.order_by("display_name")  # type: ignore[attr-defined]
