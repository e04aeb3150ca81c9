"""Accounts: staff, roles made of the manifests' permissions, API tokens."""

from yakuba.kernel.accounts.permissions import allowed, granted, permission_required, person_of, require

__all__ = ["allowed", "granted", "permission_required", "person_of", "require"]
