"""What stands in the log."""

from __future__ import annotations

import logging

LONGEST = 500  # characters of a line


class RefusalsInOneLine(logging.Filter):
    """A refused request (403, 400) is no fault of the program: its line stays, its traceback goes, and so does the
    rest of an address that is longer than any of ours: strangers write it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
            record.msg, record.args = record.getMessage()[:LONGEST], None
        return True
