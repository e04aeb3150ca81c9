"""Tenancy: every row belongs to one municipality, and a query without an active one is refused.

On PostgreSQL the database refuses too (`rowsecurity`): whoever works across towns says so with `every_municipality`.
"""

from yakuba.kernel.tenancy.activation import (
    NoActiveMunicipality,
    active_municipality,
    current_municipality,
    every_municipality,
    municipality_or_none,
    no_municipality,
)

__all__ = [
    "NoActiveMunicipality",
    "active_municipality",
    "current_municipality",
    "every_municipality",
    "municipality_or_none",
    "no_municipality",
]
