"""An operator in a town: looks and does nothing, sees what the manifests open to support, and every look is recorded.

One place of policy. A page opens to a visitor when its permission says so in its manifest (`Permission.support`); a new
page or permission is closed until somebody opens it. What needs a proof, exports, My Number and approvals among it, is
closed by `accounts.proof` to every visitor, whatever the permission.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

from yakuba.kernel.accounts import proof, unused_rooms
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.registry import Support, manifests
from yakuba.kernel.support.models import SupportGrant
from yakuba.kernel.support.queries import LOOKED, is_operator, open_to, subject_of
from yakuba.kernel.tenancy import every_municipality

GRANT = "support_grant"  # in the session
OF_THE_HOUSE = frozenset({"home", "manual", "manual-page", "manual-picture"})
LEAVE = "support:leave"
LONGEST_PATH = 200


@every_municipality("a visitor's grant is of the town that gave it")
def grant_of(request: HttpRequest) -> SupportGrant | None:
    """By which the session's person looks now; None where none holds."""
    number = request.session.get(GRANT)
    if number is None or not isinstance(request.user, User) or not is_operator(request.user):
        return None
    found: SupportGrant | None = open_to(request.user).filter(pk=number).first()
    return found


def permissions(grant: SupportGrant) -> frozenset[str]:
    """What the visitor sees."""
    kinds = {Support.HOUSE, Support.CASES} if grant.with_cases else {Support.HOUSE}
    return frozenset(one.name for part in manifests() for one in part.permissions if one.support in kinds)


def may_look(request: HttpRequest, grant: SupportGrant) -> bool:
    """Whether the address is one that a visitor may ask for: looks at a page, and no more."""
    try:
        found = resolve(request.path)
    except Resolver404:
        return False
    if found.view_name == LEAVE:
        return True
    if request.method not in {"GET", "HEAD"}:
        return False
    guarded: str = getattr(found.func, "yakuba_permission", "")
    return found.view_name in OF_THE_HOUSE or guarded in permissions(grant)


def is_page(answer: HttpResponseBase) -> bool:
    """Whether it is something to look at, and no file: the town's rule against exports holds whatever a room offers."""
    kind = answer.get("Content-Type", "")
    shown = not answer.get("Content-Disposition", "").startswith("attachment")
    return shown and (answer.status_code >= 300 or kind.startswith(("text/html", "image/")))


def carry(user: Any, grant: SupportGrant) -> None:
    """From now on this object is a visitor of the town: nothing of its own town, nothing but what the grant opens."""
    user.municipality = grant.municipality
    for kept in ("_unused_rooms", "_granted"):
        if hasattr(user, kept):
            delattr(user, kept)
    closed = unused_rooms(user)
    user._granted = frozenset(one for one in permissions(grant) if one.partition(".")[0] not in closed)
    user._second_factor = user._passkey = False  # the own town's roles were asked when the visit began
    proof.visits(user)


def note_look(request: HttpRequest, grant: SupportGrant) -> None:
    """Before anything is shown: what cannot be recorded is not seen. Without the query, in which names may stand."""
    record(LOOKED, subject=subject_of(grant), actor=request.user, path=request.path[:LONGEST_PATH])  # type: ignore[arg-type]
