"""Tenancy: every row belongs to one municipality, and a query without an active one is refused."""

from yakuba.kernel.tenancy.activation import (
    NoActiveMunicipality,
    active_municipality,
    current_municipality,
    municipality_or_none,
)

__all__ = ["NoActiveMunicipality", "active_municipality", "current_municipality", "municipality_or_none"]
