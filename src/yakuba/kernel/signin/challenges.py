"""Challenges of passkeys: each answers for one session and one purpose, once, and not for long."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from yakuba.kernel.signin.models import Challenge

WORD = "passkey_holder"  # in the session
LASTS = timedelta(minutes=5)
BYTES = 32


def issue(request: HttpRequest, purpose: str) -> bytes:
    """A new one for this session."""
    if WORD not in request.session:
        request.session[WORD] = secrets.token_hex(16)
    challenge = secrets.token_bytes(BYTES)
    now = timezone.now()
    Challenge.objects.filter(until__lt=now).delete()
    Challenge.objects.create(digest=_digest(request, purpose, challenge), until=now + LASTS)
    return challenge


def take(request: HttpRequest, purpose: str, challenge: bytes) -> bool:
    """Whether it was issued to this session for this purpose and was not answered yet; from now on it was. One statement: of
    two answers that come at once, one counts."""
    fresh = Challenge.objects.filter(digest=_digest(request, purpose, challenge), until__gte=timezone.now())
    return fresh.delete()[0] == 1


def _digest(request: HttpRequest, purpose: str, challenge: bytes) -> str:
    parts = (str(request.session.get(WORD, "")), purpose, challenge.hex())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
