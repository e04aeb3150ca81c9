"""Whose session it is. Every page asks for the person's municipality and department too: they come in the same query."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from yakuba.kernel.tenancy import every_municipality


class Staff(ModelBackend):
    """People with a name and a password, as Django's own."""

    @every_municipality("whose town it is, the account says")
    def authenticate(self, request: Any, username: Any = None, password: Any = None, **given: Any) -> Any:
        """The person of that name and password; None otherwise."""
        return super().authenticate(request, username, password, **given)

    @every_municipality("whose town it is, the session's account says")
    def get_user(self, user_id: Any) -> Any:
        """The person of a session; None where the account is gone or closed."""
        from yakuba.kernel.accounts.models import User

        user = User.objects.select_related("municipality", "department").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
