"""Who calls by GeoReport: a token of the house, of this town, with the right to send reports."""

from __future__ import annotations

from yakuba.kernel.accounts import allowed, limit
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.tenancy import current_municipality

SEND = "fieldwork.send"


def caller(token: str) -> User | None:
    """Whose it is, limited to its scopes; None for nobody's, another town's, or one without the right."""
    row = ApiToken.of(token) if token else None
    if row is None or row.user.municipality_id != current_municipality().pk:
        return None
    row.note_use()
    row.carry(row.user)
    limit(row.user, row.scopes)
    return row.user if allowed(row.user, SEND) else None
