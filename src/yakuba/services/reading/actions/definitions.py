"""Putting a form definition into use."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from django.db import transaction

from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import decoded, values
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.uploads import store_image
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.reading.actions.reader import pixels, write_procedures
from yakuba.services.reading.engine.definitions import DefinitionError
from yakuba.services.reading.engine.definitions import FormDefinition as ParsedForm
from yakuba.services.reading.engine.loading import load_form as parse_form
from yakuba.services.reading.engine.loading import load_procedure as parse_procedure
from yakuba.services.reading.models import FormDefinition, FormPage


def load_form(path: Path, *, actor: Any = None) -> FormDefinition:
    """Put `path` (a form.yaml or its folder) with its page images into use for the active municipality.

    A newer version replaces the one in use; the same version with other content is written over. Raises
    DefinitionError with file, place and remedy.
    """
    file = path / "form.yaml" if path.is_dir() else path
    parsed = _checked(file)
    document = values(decoded(file.read_bytes()))
    images = {page.number: page.image.read_bytes() for page in parsed.pages}
    return _put(parsed, document, images, actor)


def _checked(file: Path) -> ParsedForm:
    """The form, with its boxes checked against its procedure and its images. Raises DefinitionError."""
    from yakuba.services.reading.engine.library import FormLibrary  # loads OpenCV: only when it is used

    with tempfile.TemporaryDirectory(prefix="yakuba-forms-") as name:
        folder = Path(name) / "procedures"
        write_procedures(folder)
        procedures = [parse_procedure(known) for known in sorted(folder.glob("*.yaml"))]
    parsed = parse_form(file, {procedure.code: procedure for procedure in procedures})
    FormLibrary.of([parsed], procedures)
    return parsed


@transaction.atomic
def _put(
    parsed: ParsedForm, document: dict[str, Any], images: dict[int, bytes], actor: Any
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
        image = store_image(StoredFile.Kind.PAGE, name, "image/png", content)
        height, width = pixels(content).shape[:2]
        FormPage.objects.create(form=form, number=number, image=image, width=width, height=height)
    record("reading.form_loaded", subject=f"form:{form.code}", actor=actor, version=form.version)
    return form


def _unchanged(form: FormDefinition, document: dict[str, Any], images: dict[int, bytes]) -> bool:
    stored = {page.number: page.image.sha256 for page in form.pages.select_related("image")}
    given = {number: hashlib.sha256(content).hexdigest() for number, content in images.items()}
    return form.document == document and stored == given
