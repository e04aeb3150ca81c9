"""Fields, buttons and links of a parsed page by the labels that the page ties to them.

Only what needs no drawing: label elements, names that are spoken, legends, the heading cell of the same row, the word
behind a radio button. What `page/labels.js` reads from where things stand is not here: such a field is not found, and the
browser enters the row. The proof compares every field that is chosen here with the one that the browser chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from yakuba.services.robots.adapters.plain.parsing import Document, Node, bare, elements, line, seen_text
from yakuba.services.robots.engine.browser import EntryKind, Finding, Verdict
from yakuba.services.robots.engine.scenario import Element, Role

CONTROLS = ("input", "select", "textarea")
_NO_FIELDS = frozenset({"hidden", "submit", "button", "image", "reset", "file"})
_SETS = ("fieldset",)
_GROUPS = frozenset({"fieldset", "dialog", "section", "article", "form", "table", "tr"})
_GROUP_ROLES = frozenset({"group", "radiogroup", "region", "tabpanel", "dialog"})


def type_of(node: Node) -> str:
    """An input's or button's type, lower case."""
    usual = "submit" if node.tag == "button" else "text"
    return (node.get("type") or usual).strip().lower() or usual


def is_control(node: Node) -> bool:
    return node.tag in ("select", "textarea") or (node.tag == "input" and type_of(node) not in _NO_FIELDS)


def control_in(document: Document, node: Node) -> bool:
    """Whether a field stands in the element."""
    return any(is_control(one) and document.visible(one) for one in node.iter(*CONTROLS, "textarea"))


def is_button_set(node: Node) -> bool:
    return node.tag == "input" and type_of(node) in ("radio", "checkbox")


@dataclass
class Field:
    """See `page/fields.js`. kind: one, radio, checkbox, button or link."""

    first: Node
    members: list[Node]
    kind: str
    names: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return next(iter([*self.names, *self.also]), "")


def spoken(document: Document, node: Node) -> str:
    return document.ids_text(node, "aria-labelledby") or line(node.get("aria-label"))


def group_of(node: Node) -> Node | None:
    """The set of buttons or boxes that a control belongs to."""
    for one in node.iterancestors():
        if one.tag == "fieldset" or one.get("role") in ("group", "radiogroup"):
            return one
    return None


def group_label(document: Document, group: Node) -> str:
    if said := spoken(document, group):
        return said
    if group.tag == "fieldset":
        legend = group.find("legend")
        return line("".join(legend.itertext())) if legend is not None else ""
    if group.tag == "table":
        caption = group.find("caption")
        return "".join(caption.itertext()) if caption is not None else ""
    if group.tag == "tr":
        cells = (one for one in group if one.tag in ("td", "th") and not control_in(document, one))
        return next((text for one in cells if (text := seen_text(document, one))), "")
    if group.tag in ("section", "article", "form", "dialog") or group.get("role") == "dialog":
        heading = next(group.iter("h1", "h2", "h3", "h4", "h5", "h6"), None)
        return "".join(heading.itertext()) if heading is not None else ""
    return ""


class Fields:
    """What can be filled and pressed on one page; worked out when it is asked for."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._fields: list[Field] | None = None
        self._pressable: dict[str, list[Field]] = {}
        self._labels: dict[Node, Node] | None = None

    def find(self, element: Element, fits: Callable[[Field], bool] = lambda one: True) -> Field | Finding:
        """The one that a scenario speaks of, by the rule of `find` in `page/fields.js`."""
        ones = self.fields() if element.role is Role.FIELD else self.pressable(element.role)
        wanted = bare(element.label)
        inside = [one for one in ones if self._inside(one.first, element.within)]
        matches = [one for one in inside if wanted in map(bare, one.names)]
        matches = matches or [one for one in inside if wanted in map(bare, one.also)]
        if len(matches) > 1 and (element.id or element.name):
            matches = [one for one in matches if _hinted(one, element)]
        if len(matches) > 1 and any(map(fits, matches)):
            matches = [one for one in matches if fits(one)]
        if not matches:
            matches = [one for one in inside if not bare(one.label) and _hinted(one, element)]
        if len(matches) == 1:
            return matches[0]
        return Finding(Verdict.AMBIGUOUS if matches else Verdict.MISSING)

    def _inside(self, node: Node, wanted: str) -> bool:
        if not wanted:
            return True
        groups = (
            one for one in node.iterancestors() if one.tag in _GROUPS or one.get("role") in _GROUP_ROLES
        )
        return any(bare(group_label(self._document, one)) == bare(wanted) for one in groups)

    # Fields

    def fields(self) -> list[Field]:
        if self._fields is None:
            self._fields = self._all_fields()
        return self._fields

    def _all_fields(self) -> list[Field]:
        found: list[Field] = []
        sets: dict[object, Field] = {}
        for control in elements(self._document, *CONTROLS):
            if not is_control(control):
                continue
            if not is_button_set(control):
                found.append(self._one(control))
                continue
            group = group_of(control)
            together = (
                type_of(control) == "checkbox" and group is not None and group_label(self._document, group)
            )
            form = self.form_of(control)
            key = group if together else (type_of(control), form, control.get("name") or control.get("id"))
            if key not in sets:
                sets[key] = Field(control, [], type_of(control))
                found.append(sets[key])
            sets[key].members.append(control)
        for one in sets.values():
            self._name_set(one)
        return found

    def _one(self, control: Node) -> Field:
        tied, header = self._tied(control), self._header(control, [control])
        if tied:
            return Field(control, [control], "one", [tied], header)
        also = (
            []
            if header
            else [line(control.get(name)) for name in ("title", "placeholder") if control.get(name)]
        )
        return Field(control, [control], "one", header, also)

    def _name_set(self, one: Field) -> None:
        group = group_of(one.first)
        said = group_label(self._document, group) if group is not None else ""
        header = self._header(one.first, one.members)
        lone = [self.option(one.first)] if one.kind == "checkbox" and len(one.members) == 1 else []
        one.names = [said] if bare(said) else header or lone
        one.also = [text for text in (*header, *lone) if bare(text)]

    def _tied(self, control: Node) -> str:
        if said := spoken(self._document, control):
            return said
        label = self._label_of(control)
        return self._label_text(label) if label is not None else ""

    def _label_of(self, control: Node) -> Node | None:
        if self._labels is None:
            self._labels = {}
            for label in self._document.root.iter("label"):
                named = label.get("for")
                owns = self._document.by_id.get(named) if named else next(label.iter(*CONTROLS), None)
                if owns is not None:
                    self._labels.setdefault(owns, label)
        return self._labels.get(control)

    def _label_text(self, label: Node) -> str:
        inner = ("input", "select", "textarea", "button")
        parts = [label.text or ""]
        for one in label.iterdescendants():
            if (
                isinstance(one.tag, str)
                and one.tag not in inner
                and not any(up.tag in inner for up in _until(one, label))
            ):
                parts.append(one.text or "")
            parts.append(one.tail or "")
        return line("".join(parts))

    def _header(self, control: Node, members: Sequence[Node]) -> list[str]:
        """The heading cell before the cell, where nothing but these controls stands in it."""
        cell = next(control.iterancestors("td"), None)
        if cell is None:
            return []
        if [one for one in cell.iter(*CONTROLS) if is_control(one) and one not in members]:
            return []
        before = cell.getprevious()
        while before is not None and before.tag != "th":
            before = before.getprevious()
        if before is None:
            return []
        label = next(before.iter("label"), None)
        text = line("".join(label.itertext())) if label is not None else seen_text(self._document, before)
        return [text] if bare(text) else []

    def option(self, control: Node) -> str:
        """The word of one radio button or box."""
        return self._tied(control) or line(control.tail) or line(control.get("title"))

    def form_of(self, control: Node) -> Node | None:
        """The form that a control belongs to."""
        if (named := control.get("form")) is not None:
            found = self._document.by_id.get(named)
            return found if found is not None and found.tag == "form" else None
        return next(control.iterancestors("form"), None)

    # Buttons and links

    def pressable(self, role: Role) -> list[Field]:
        kind = "link" if role is Role.LINK else "button"
        if kind not in self._pressable:
            tags = ("a", "area") if kind == "link" else ("button", "input")
            self._pressable[kind] = [
                Field(
                    one,
                    [one],
                    kind,
                    [self._press_label(one)],
                    [line(one.get("title"))] if one.get("title") else [],
                )
                for one in elements(self._document, *tags)
                if (one.get("href") is not None if kind == "link" else _is_button(one))
            ]
        return self._pressable[kind]

    def _press_label(self, node: Node) -> str:
        alts = (line(one.get("alt")) for one in node.iter("img"))
        return (
            spoken(self._document, node)
            or line("".join(node.itertext()))
            or next((one for one in alts if one), "")
            or line(node.get("value") or node.get("alt") or node.get("title"))
        )


def _until(node: Node, top: Node) -> list[Node]:
    found = []
    for one in node.iterancestors():
        if one is top:
            break
        found.append(one)
    return found


def _is_button(node: Node) -> bool:
    return node.tag == "button" or type_of(node) in ("submit", "button", "image", "reset")


def _hinted(one: Field, element: Element) -> bool:
    return any(
        (element.id and member.get("id") == element.id)
        or (element.name and member.get("name") == element.name)
        for member in one.members
    )


def fits(kind: EntryKind) -> Callable[[Field], bool]:
    """Whether a field takes what a step of that kind gives."""
    if kind is EntryKind.TEXT:
        return lambda one: one.kind == "one" and one.first.tag != "select"
    if kind is EntryKind.CHOOSE:
        return lambda one: one.kind == "radio" or (one.kind == "one" and one.first.tag == "select")
    return lambda one: one.kind == "checkbox"
