"""Forms in a bundle, with the pictures of their blank pages."""

from __future__ import annotations

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import values
from yakuba.kernel.definitions.bundle import Definition, as_text
from yakuba.services.reading.actions.definitions import checked_form, put_form
from yakuba.services.reading.actions.reader import images_of
from yakuba.services.reading.models import FormDefinition


def collect(procedure: str) -> list[Definition]:
    """The forms of a procedure that are in use."""
    found = []
    for row in FormDefinition.objects.filter(procedure__code=procedure, current=True).order_by("code"):
        image = images_of(row)
        names = [str(page["image"]) for page in row.document["pages"]]
        files = {name: image(name) for name in names}
        found.append(Definition("form", row.code, str(row.version), row.title, as_text(row.document), files))
    return found


def check(definition: Definition, actor: Actor) -> None:
    """Whether it could be published. Raises DefinitionError and DefinitionRefused."""
    checked_form(values(definition.text), definition.code, definition.files.__getitem__)


def publish(definition: Definition, actor: Actor) -> None:
    """Put it into use. Raises DefinitionError and DefinitionRefused."""
    put_form(values(definition.text), definition.code, definition.files.__getitem__, actor=actor)


def withdraw(code: str, actor: Actor) -> None:
    """Compare no scan with it any more; what was read stays."""
    FormDefinition.objects.filter(code=code, current=True).update(current=False)
