"""Who asked for a case, and what it still waits for."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.kernel.ledger.models import Case, CaseLetter
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.protection import policy
from yakuba.services.intake.engine.acting.rules import Part, To
from yakuba.services.intake.models import ActingStatement

LETTER = "intake.not_identified"
# Staff alone read it: whoever acts must not learn that the person is under protection.
GUARDED = (
    "支援措置の対象の人の申請を、ほかの人が出しています。本人に、本人の連絡先で確かめてください。"
    "代わりの人には、住所も、支援措置のことも伝えません"
)


@dataclass(frozen=True)
class Standing:
    """last: what counts; lacking: sentences for staff; letter_due: the person is still to be told; to: to whom letters go."""

    last: ActingStatement
    lacking: tuple[str, ...]
    letter_due: bool
    to: To

    @property
    def waits(self) -> bool:
        """Whether the case waits."""
        return bool(self.lacking) and not self.last.waived


def history(case: Case) -> list[ActingStatement]:
    """All that was said of who asked, the last one first."""
    rows = ActingStatement.objects.filter(case=case).select_related("said_by").order_by("-serial")
    return list(rows)


def standing(case: Case) -> Standing | None:
    """As it counts now; None where nobody has said who asked. Under 支援措置 no letter goes to who acts, and what somebody else
    handed in waits for a person."""
    last = ActingStatement.objects.filter(case=case).select_related("said_by").order_by("-serial").first()
    if last is None:
        return None
    guarded = last.part != Part.SELF.value and bool(policy.under(KIND, [case.pk]))
    lacking = (*last.lacking, GUARDED) if guarded else tuple(last.lacking)
    told = CaseLetter.objects.filter(case=case, kind=LETTER).exists() if last.letter else True
    return Standing(last, lacking, not told, To.PRINCIPAL if guarded else To(last.letters_to))
