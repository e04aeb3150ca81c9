"""What a form prints beside its boxes, read off its blank pages: for whoever asks the same on a page of the web."""

from __future__ import annotations

from yakuba.services.reading.actions import reader
from yakuba.services.reading.contracts import Printed
from yakuba.services.reading.queries.paper_forms import row_of
from yakuba.services.reading.queries.pictures import in_grey


def printed_words(procedure: str) -> Printed:
    """Labels and headings of the procedure's form; nothing where it has none. Some seconds a page: the recogniser reads it."""
    from yakuba.services.reading.engine.proposals.called import called  # loads OpenCV: only when it is used

    row = row_of(procedure)
    labels: dict[str, str] = {}
    headings: dict[str, str] = {}
    for template in reader.library().templates:
        if row is None or template.form.code != row.code:
            continue
        page = template.definition
        said = called(in_grey(page.image), page, reader.recogniser())
        labels = said.labels | labels
        headings = said.headings | headings
    return Printed(labels, headings)
