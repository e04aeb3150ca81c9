"""What the workers do for this room, beside the hub's own process."""

from __future__ import annotations

from yakuba.kernel.jobs import chore
from yakuba.services.cityhub.actions import tidying, watching

chore(3.0, watching.look_everywhere)
chore(600.0, tidying.tidy_everywhere)
