"""What stands in the log: nothing that an error quotes, since that is what somebody typed or what a row holds."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from yakuba.kernel.refusals.traces import without_words

LONGEST = 500  # characters of a line
# A part of an address that is drawn by chance and opens something: a resident's draft, a guest's screen, an invitation. All
# are base 64 of 18 bytes or more; without a digit or a capital one such in 400 million is, and our own words all are.
_KEY = re.compile(r"(?<=/)(?=[a-z_-]*[0-9A-Z])[0-9A-Za-z_-]{24,}(?=[/?#\s]|$)")
KEY_STANDS_HERE = "***"


class WithoutKeys(logging.Filter):
    """Who reads the log learns no address that opens what is somebody's: a receipt's secret follows from a draft's key."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _KEY.sub(KEY_STANDS_HERE, record.getMessage()), None
        return True


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
