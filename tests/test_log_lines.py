"""What the log says of an error: where and of what kind, and nothing of what it stumbled over."""

import json
import logging
import sys

import pytest
from django.conf import settings

from yakuba.config.logs import JsonLines, WithoutWords

ADDRESS = "やくば市隠里町9丁目8番7号"


@pytest.fixture
def record():
    try:
        int(ADDRESS)
    except ValueError:
        told = sys.exc_info()
    return logging.LogRecord(
        "yakuba.jobs", logging.WARNING, __file__, 1, "%s was left out", ("a sheet",), told
    )


def test_a_line_holds_no_word_of_the_error(record):
    line = WithoutWords("%(levelname)s %(name)s %(message)s").format(record)
    assert line.startswith("WARNING yakuba.jobs a sheet was left out\n")
    assert line.endswith("ValueError")
    assert ADDRESS not in line


def test_nor_does_an_object(record):
    line = JsonLines().format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert (told["level"], told["logger"], told["message"]) == (
        "WARNING",
        "yakuba.jobs",
        "a sheet was left out",
    )
    assert told["trace"].endswith("ValueError")
    assert ADDRESS not in str(told)


def test_both_are_what_the_house_writes():
    formatters = settings.LOGGING["formatters"]
    assert {one["()"] for one in formatters.values()} == {
        "yakuba.config.logs.WithoutWords",
        "yakuba.config.logs.JsonLines",
    }
    assert settings.LOGGING["handlers"]["stderr"]["formatter"] in formatters
