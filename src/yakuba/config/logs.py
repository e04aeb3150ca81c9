"""What stands in the log: nothing that an error quotes, since that is what somebody typed or what a row holds."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from yakuba.kernel.refusals.traces import without_words

LONGEST = 500  # characters of a line


class RefusalsInOneLine(logging.Filter):
    """A refused request (403, 400) is no fault of the program: its line stays, its traceback goes, and so does the
    rest of an address that is longer than any of ours: strangers write it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
            record.msg, record.args = record.getMessage()[:LONGEST], None
        return True


class WithoutWords(logging.Formatter):
    """Lines for people. Of an error stands where it happened and its kind, not what it says."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 logging's name
        return without_words(ei[1])


class JsonLines(WithoutWords):
    """One JSON object a line: at (UTC), level, logger, message, and the trace where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)
