"""`{% load ledger %}`: a case's status as words with its mark."""

from __future__ import annotations

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from yakuba.kernel.ledger.workflow import LABELS, STATUS_KINDS, Status

register = template.Library()


@register.simple_tag
def case_status(status: str) -> SafeString:
    """`{% case_status case.status %}`."""
    known = Status(status)
    return render_to_string("ui/status.html", {"kind": STATUS_KINDS[known], "label": LABELS[known]})
