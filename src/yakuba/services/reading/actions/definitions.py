"""Putting a form definition into use."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import DefinitionError, given
from yakuba.kernel.definitions.bundle import LARGEST_FILE
from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.reading.engine.definitions import FormDefinition as ParsedForm
from yakuba.services.reading.engine.loading import Image, parse_form
from yakuba.services.reading.models import FormDefinition, FormPage
from yakuba.services.reading.queries.pictures import pixels


def load_form(path: Path, *, actor: Actor = None) -> FormDefinition:
    """Put `path` (a form.yaml or its folder) with its page images into use for the active municipality.

    A newer version replaces the one in use; the same version with other content is written over. Raises
    DefinitionError with file, place and remedy.
    """
    file = path / "form.yaml" if path.is_dir() else path
    document = read_document(file)
    return put_form(
        document, str(file), lambda name: given.content(file.parent / name, LARGEST_FILE), actor=actor
    )


def put_form(document: Any, source: str, image: Image, *, actor: Actor = None) -> FormDefinition:
    """`load_form` of a parsed document and its images. Raises DefinitionError."""
    parsed = checked_form(document, source, image)
    return _put(parsed, document, {page.number: page.image for page in parsed.pages}, actor)


def checked_form(document: Any, source: str, image: Image) -> ParsedForm:
    """The form, with its boxes checked against its procedure and its images. Raises DefinitionError."""
    from yakuba.services.reading.engine.library import FormLibrary  # loads OpenCV: only when it is used

    procedures = {row.code: row.definition for row in Procedure.objects.all()}
    parsed = parse_form(document, source, procedures, image)
    FormLibrary.of([parsed], procedures.values())
    return parsed


@transaction.atomic
def _put(
    parsed: ParsedForm, document: dict[str, Any], images: dict[int, bytes], actor: Actor
) -> FormDefinition:
    newest = FormDefinition.objects.select_for_update().filter(code=parsed.code).order_by("-version").first()
    if newest is not None and newest.version > parsed.version:
        raise DefinitionError(
            f"様式 {parsed.code} は第{newest.version}版が登録済みです。"
            f"第{parsed.version}版には戻せません。版の番号を上げてください。"
        )
    if newest is not None and newest.version == parsed.version and _unchanged(newest, document, images):
        return newest
    FormDefinition.objects.filter(code=parsed.code).exclude(version=parsed.version).update(current=False)
    form, _ = FormDefinition.objects.update_or_create(
        code=parsed.code,
        version=parsed.version,
        defaults={
            "title": parsed.title,
            "procedure": Procedure.objects.get(code=parsed.procedure),
            "document": document,
            "current": True,
        },
    )
    form.pages.all().delete()
    for number, content in images.items():
        name = f"{parsed.code}-{number}.png"
        image = store(StoredFile.Kind.PAGE, name, "image/png", content)
        height, width = pixels(content).shape[:2]
        FormPage.objects.create(form=form, number=number, image=image, width=width, height=height)
    record("reading.form_loaded", subject=f"form:{form.code}", actor=actor, version=form.version)
    return form


def _unchanged(form: FormDefinition, document: dict[str, Any], images: dict[int, bytes]) -> bool:
    stored = {page.number: page.image.sha256 for page in form.pages.select_related("image")}
    given = {number: hashlib.sha256(content).hexdigest() for number, content in images.items()}
    return form.document == document and stored == given
