"""A town's question to the town that asks it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.surveys.models import Asked, Clarification, Incoming


@transaction.atomic
def ask(incoming: Incoming, question: str) -> Incoming:
    """The asker finds it among its questions; the asker is active for that write alone. Raises Conflict for one outside the
    installation, Invalid without a question."""
    text = question.strip()[:2000]
    if not text:
        raise Invalid("質問を書いてください。", place="質問")
    asker = Municipality.objects.filter(code=incoming.asker_code).first() if incoming.asker_code else None
    if asker is None:
        raise Conflict("調べる団体がこの画面にありません。電話かメールで問い合わせてください。")
    with active_municipality(asker):
        body = Asked.objects.filter(
            edition__survey__code=incoming.survey,
            edition__code=incoming.edition,
            code=incoming.body,
            in_house=True,
        ).first()
        if body is None:
            raise Conflict("調べる団体が、この団体への調査を取りやめています。")
        Clarification.objects.create(edition_id=body.edition_id, asked=body, question=text)
    row: Incoming = Incoming.objects.select_for_update().get(pk=incoming.pk)
    row.news = [[timezone.localdate().isoformat(), f"質問した：{text[:300]}"], *row.news][:50]
    row.save(update_fields=["news"])
    return row
