"""The table into which every operation of the room is put."""

from __future__ import annotations

from yakuba.kernel.operations import Operations

OPERATIONS = Operations("reform")
