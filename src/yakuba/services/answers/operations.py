"""What can be done with 問い合わせ応答, each declared once for pages, API and command line."""

from __future__ import annotations

from yakuba.kernel.operations import Operations

OPERATIONS = Operations("answers")
