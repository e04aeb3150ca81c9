"""What the worker does for this room."""

from __future__ import annotations

from yakuba.kernel.jobs import chore
from yakuba.services.translation.actions import talks

chore(1800.0, talks.forget_everywhere)
