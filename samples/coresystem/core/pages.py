"""Templates: every page is rendered here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from core import rules
from core.screens import Input, Screens
from core.web import Answer

_TEMPLATES = Path(__file__).parent.parent / "templates"


class Views:
    """Renders pages in one of the two layouts; every template is compiled once."""

    def __init__(self, screens: Screens) -> None:
        environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.globals.update(
            screens=screens, eras=rules.ERAS, shown=rules.shown, era_parts=era_parts, cells=self._cells
        )
        self._screens = screens
        self._templates = {name: environment.get_template(name) for name in environment.list_templates()}
        self._blank: dict[Input, Markup] = {}

    def page(self, template: str, layout: int, status: int = 200, **context: Any) -> Answer:
        """Render a template with the wording `w` of the layout."""
        text = self._templates[template].render(
            **{"layout": layout, "w": self._screens.wording[layout], "staff": "", **context}
        )
        return Answer(status, text.encode())

    def problem(self, status: int, layout: int, message: str) -> Answer:
        """A page that only says what went wrong."""
        return self.page("problem.html", layout, status, message=message)

    def _cells(self, one: Input, value: str, error: str) -> Markup:
        """Heading and cell of one input. Blank ones are rendered once: long lists are most of a page's work."""
        render = self._templates["_inputs.html"].module.cells  # type: ignore[attr-defined]
        if value or error:
            return Markup(render(one, value, error))
        if one not in self._blank:
            self._blank[one] = render(one, "", "")
        return self._blank[one]


def era_parts(one: Input, value: str) -> dict[str, str]:
    """Split a stored era date `R3.4.1` into its four inputs: g (era letter), y, m, d."""
    era = value[0] if value[:1] in {letter for letter, *_ in rules.ERAS} else ""
    year, month, day = [*value.removeprefix(era).split(".", 2), "", "", ""][:3]
    return {"g": era, "y": year, "m": month, "d": day}
