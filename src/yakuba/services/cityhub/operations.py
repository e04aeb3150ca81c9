"""What can be done with the hub, each declared once for pages, API and command line."""

from __future__ import annotations

from yakuba.kernel.operations import Operations

OPERATIONS = Operations("cityhub")
