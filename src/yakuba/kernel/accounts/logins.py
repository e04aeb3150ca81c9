"""Every login, and every failed one of a known person, is an audit event of that person's municipality."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import update_last_login
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from yakuba.kernel.accounts import proof, sessions
from yakuba.kernel.accounts.models import SignedIn, User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.tenancy import active_municipality, every_municipality


@receiver(user_logged_in, dispatch_uid="update_last_login")  # in the place of Django's own
@every_municipality("who is just coming in has no town yet")
def note_last_login(sender: Any, user: User, **_: Any) -> None:
    """When the person came in last."""
    update_last_login(sender, user)


@receiver(user_logged_in)
def note_login(sender: Any, user: User, request: HttpRequest | None = None, **_: Any) -> None:
    """A person came in: with every factor there is, so the login is a proof."""
    if request is not None:
        proof.note(request.session)
        sessions.begin(request, user)
    _note("accounts.logged_in", user)


@receiver(user_logged_out)
def note_logout(sender: Any, user: User | None, request: HttpRequest, **_: Any) -> None:
    """A person went out: the session's row goes with it."""
    if isinstance(user, User) and (row := sessions.row_of(request.session, user)):
        with every_municipality("a person's own session, whatever town is active"):
            SignedIn.all_municipalities.filter(pk=row.pk).delete()


@receiver(user_login_failed)
def note_failure(sender: Any, credentials: dict[str, Any], **_: Any) -> None:
    """Somebody tried a known name; unknown names leave nothing, so that the record cannot be flooded."""
    with every_municipality("whose name was tried is not known yet"):
        user = User.objects.filter(username=credentials.get("username", "")).first()
    if user is not None:
        _note("accounts.login_failed", user)


def _note(event: str, user: User) -> None:
    if user.municipality is None:
        return
    with active_municipality(user.municipality):
        record(event, subject=f"user:{user.pk}", actor=user)
