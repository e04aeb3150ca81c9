"""Who asked for a case, and what it still waits for."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.kernel.ledger.models import Case, CaseLetter
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.protection import policy
from yakuba.services.intake.engine.acting.rules import Part, To
from yakuba.services.intake.models import ActingStatement, PostalRequest, RuleFile, Submission

LETTER = "intake.not_identified"
GUARD = "#guarded"  # among what was lacking: whoever went on without knew of the protection
UNSTATED = "だれの申請かが、まだ記録されていません。「申請した人を記録する」から、立場と確かめた書類を記録してください。"
# Staff alone read it: whoever acts must not learn that the person is under protection.
GUARDED = (
    "支援措置の対象の人の申請を、ほかの人が出しています。本人に、本人の連絡先で確かめてください。"
    "代わりの人には、住所も、支援措置のことも伝えません"
)


@dataclass(frozen=True)
class Standing:
    """last: what counts; lacking: sentences for staff; letter_due: the person is still to be told; to: to whom letters go; waived:
    somebody goes on without all of it, and knew of all of it."""

    last: ActingStatement
    lacking: tuple[str, ...]
    letter_due: bool
    to: To
    waived: bool

    @property
    def waits(self) -> bool:
        """Whether the case waits."""
        return bool(self.lacking) and not self.waived


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
    guarded = is_guarded(case, last.part)
    lacking = tuple(one for one in last.lacking if one != GUARD) + ((GUARDED,) if guarded else ())
    # Who went on without a paper before the protection began, or before anybody knew of it, has not weighed it.
    waived = bool(last.waived) and (not guarded or GUARD in last.lacking)
    told = CaseLetter.objects.filter(case=case, kind=LETTER).exists() if last.letter else True
    return Standing(last, lacking, not told, To.PRINCIPAL if guarded else To(last.letters_to), waived)


def is_guarded(case: Case, part: str) -> bool:
    """Whether somebody else asks for a person under 支援措置."""
    return part != Part.SELF.value and bool(policy.under(KIND, [case.pk]))


def is_unstated(case: Case) -> bool:
    """Whether who asked has to be said and nobody has: of what came by web, counter or post since rules are in force."""
    rules = RuleFile.objects.filter(kind=RuleFile.Kind.ACTING, code=case.procedure.code).exclude(told="")
    if not rules.filter(told_at__lte=case.created_at).exists():
        return False
    if ActingStatement.objects.filter(case=case).exists():
        return False
    came = Submission.objects.filter(case=case).exists() or PostalRequest.objects.filter(case=case).exists()
    return bool(came)


def asks(case: Case) -> bool:
    """Whether the case waits for something of who asked: then no button of the ledger takes it on either."""
    now = standing(case)
    return now.waits if now else is_unstated(case)
