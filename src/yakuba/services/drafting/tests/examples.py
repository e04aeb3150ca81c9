"""One object of every kind that an address of this room names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.services.drafting.actions import governance, kept, terms
from yakuba.services.drafting.contracts import TextClass, TownWord
from yakuba.services.drafting.models import Template


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A word of the list, a text that the clerk kept, a use and a template."""
    term = terms.write(TownWord(known["secret_word"], "やくば"), actor=clerk)
    text = kept.keep("残した文", known["secret_word"], TextClass.NOTICE, actor=clerk)
    governance.accept(governance.decide_rule("約束", actor=clerk).pk, actor=clerk)
    governance.load_templates(actor=clerk)
    given = {"name": known["secret_word"], "purpose": "通知", "data_class": "public", "risk": "low"}
    use = governance.register(given, actor=clerk)
    template = Template.objects.earliest("pk")
    return {"term_id": term.pk, "kept_id": text.pk, "use_id": use.pk, "draft_template_id": template.pk}
