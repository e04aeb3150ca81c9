"""Small line drawings that stand beside words, never instead of them. Drawn for this project, 24 × 24."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# The inside of an <svg viewBox="0 0 24 24">; `currentColor` follows the text.
_DRAWINGS = {
    # Each kind of notice has its own outline, so that the shape alone tells it apart.
    "success": '<circle cx="12" cy="12" r="10"/><path class="cut" d="m7 12.5 3.4 3.4L17 9"/>',
    "error": '<path d="M7.9 2h8.2L22 7.9v8.2L16.1 22H7.9L2 16.1V7.9z"/>'
    '<path class="cut" d="m8.5 8.5 7 7m0-7-7 7"/>',
    "warning": '<path d="M12 2.5 23 21.5H1z"/><path class="cut" d="M12 9.5v5.5m0 2.6v.4"/>',
    "info": '<circle cx="12" cy="12" r="10"/><path class="cut" d="M12 11v6m0-10.4v.4"/>',
    "running": '<path d="M6 3.5v17l14-8.5z"/>',
    "waiting": '<circle class="line" cx="12" cy="12" r="9"/><path class="line" d="M12 7v5.5l3.5 2"/>',
    "person": '<circle cx="12" cy="7.5" r="4.5"/><path d="M3 22a9 9 0 0 1 18 0z"/>',
    "neutral": '<circle class="line" cx="12" cy="12" r="8.5"/>',
    "stopped": '<rect x="4" y="4" width="16" height="16" rx="2"/>',
    "menu": '<path class="line" d="M3 6h18M3 12h18M3 18h18"/>',
    "down": '<path class="line" d="m6 9 6 6 6-6"/>',
    "next": '<path class="line" d="m9 5 7 7-7 7"/>',
    "previous": '<path class="line" d="m15 5-7 7 7 7"/>',
    "house": '<path d="M12 1.5 1.5 8v2.5h21V8zM4 12h3.2v6.5H4zm6.4 0h3.2v6.5h-3.2zm6.4 0H20v6.5h-3.2z'
    'M2 20h20v2.5H2z"/>',
    "empty": '<path class="line" d="M3 13.5 6 4h12l3 9.5V20H3zm0 0h5.5l1.5 3h4l1.5-3H21"/>',
}


def icon(name: str) -> SafeString:
    """The drawing `name` as inline SVG, hidden from screen readers. Raises `KeyError` for an unknown name."""
    return format_html(
        '<svg class="icon icon--{}" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"'
        ' focusable="false">{}</svg>',
        name,
        mark_safe(_DRAWINGS[name]),  # noqa: S308 (a constant of this module)
    )


def names() -> list[str]:
    """The names of all drawings."""
    return list(_DRAWINGS)
