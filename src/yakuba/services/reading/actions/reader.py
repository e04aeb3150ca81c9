"""The engine with the municipality's forms: loaded once in a process, and again when a form changes.

What is heavy (OpenCV, onnxruntime, dictionaries) is imported when it is first used: most processes, the command
line above all, never read a page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from yakuba.kernel.files.storage import content_of
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.reading.contracts import CaseReading, PageReading
from yakuba.services.reading.models import FormDefinition
from yakuba.services.reading.queries.pictures import pixels

if TYPE_CHECKING:
    from yakuba.services.reading.adapters.ppocr import PpOcr
    from yakuba.services.reading.engine.library import FormLibrary

Key = tuple[object, ...]

_lock = threading.Lock()
_libraries: dict[int, tuple[Key, FormLibrary]] = {}


def library() -> FormLibrary:
    """The forms in use of the active municipality. Raises the engine's DefinitionError."""
    forms = list(FormDefinition.objects.filter(current=True).select_related("procedure").order_by("code"))
    key: Key = tuple((form.pk, form.loaded_at, form.procedure.pk, form.procedure.version) for form in forms)
    municipality = current_municipality().pk
    with _lock:
        kept = _libraries.get(municipality)
        if kept is None or kept[0] != key:
            kept = key, _load(forms)
            _libraries[municipality] = kept
        return kept[1]


@cache
def _recogniser() -> PpOcr:
    import cv2

    from yakuba.services.reading.adapters import recognisers

    cv2.setNumThreads(1)  # the worker's own threads share the cores already
    return recognisers.recogniser(threads=1)


def recogniser() -> PpOcr:
    """The recogniser of this process; safe to use from several threads."""
    with _lock:
        return _recogniser()


def read_image(content: bytes, chosen: tuple[str, int] | None = None) -> PageReading:
    """Read a stored page image. `chosen`, (form code, page), leaves the engine no other form to find."""
    from yakuba.services.reading.engine.library import FormLibrary
    from yakuba.services.reading.engine.reader import read_page

    forms = library()
    if chosen is not None:
        templates = (t for t in forms.templates if (t.form.code, t.definition.number) == chosen)
        forms = FormLibrary(tuple(templates), forms.procedures)
    return read_page(pixels(content, grey=True), forms, recogniser())


def read_case(pages: Mapping[int, PageReading]) -> CaseReading:
    """Put pages of one application together, with the checks between fields; see `engine.assemble`."""
    from yakuba.services.reading.engine import assemble

    return assemble.read_case(pages, library())


def _load(forms: list[FormDefinition]) -> FormLibrary:
    from yakuba.services.reading.engine.library import FormLibrary
    from yakuba.services.reading.engine.loading import parse_form

    procedures = {row.code: row.definition for row in Procedure.objects.all()}
    parsed = [parse_form(form.document, form.code, procedures, images_of(form)) for form in forms]
    return FormLibrary.of(parsed, procedures.values())


def images_of(form: FormDefinition) -> Callable[[str], bytes]:
    """The stored images of a form's pages, by the names that its file gives them."""
    names = {int(page["page"]): str(page["image"]) for page in form.document["pages"]}
    stored = {names[page.number]: page.image for page in form.pages.select_related("image")}
    return lambda name: content_of(stored[name])
