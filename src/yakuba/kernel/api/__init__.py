"""API: `/api/v1/<room>/…` with scoped tokens and problem+json errors."""
