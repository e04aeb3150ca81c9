"""Filling fields of a parsed page and reading them back, by the rules of `page/filling.js` for plain fields."""

from __future__ import annotations

import re
import unicodedata

from yakuba.services.robots.adapters.plain.finding import Field, Fields, fits, type_of
from yakuba.services.robots.adapters.plain.parsing import Node, bare, line
from yakuba.services.robots.engine.browser import Entry, EntryKind, Finding, Verdict
from yakuba.services.robots.engine.errors import NotPlain

_TYPED = frozenset({"text", "search", "tel", "password", "email", "url"})
_WIDE = re.compile("[\uff01-\uff9f\uffe5]+")
_UNTYPED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]"
)  # what stands in no page, or is changed on its way
_BETWEEN = re.compile(r"[-/, ()¥円〒]")


def fill(fields: Fields, entry: Entry) -> Finding:
    """Put the value in and read it back."""
    found = fields.find(entry.element, fits(entry.kind))
    if isinstance(found, Finding):
        return found
    act = {EntryKind.TEXT: _type, EntryKind.CHOOSE: _choose, EntryKind.TICK: _tick}[entry.kind]
    return act(fields, entry, found) or read_back(fields, entry, found)


def verify(fields: Fields, entry: Entry) -> Finding:
    """Only read."""
    found = fields.find(entry.element, fits(entry.kind))
    return found if isinstance(found, Finding) else read_back(fields, entry, found)


def read_back(fields: Fields, entry: Entry, found: Field) -> Finding:
    seen = standing(fields, found)
    if found.kind == "one" and found.first.tag != "select":
        fine = _same(entry.texts[0] if entry.texts else "", seen[0])
    else:
        fine = sorted(bare(one) for one in entry.texts if one) == sorted(map(bare, seen))
    return Finding(Verdict.OK if fine else Verdict.NOT_LANDED, "" if entry.secret else "、".join(seen))


def _same(wanted: str, seen: str) -> bool:
    if wanted == seen or _one_width(wanted) == _one_width(seen):
        return True
    return wanted.isdecimal() and wanted.isascii() and _BETWEEN.sub("", _one_width(seen)) == wanted


def _one_width(text: str) -> str:
    return line(_WIDE.sub(lambda part: unicodedata.normalize("NFKC", part[0]), text))


def standing(fields: Fields, found: Field) -> list[str]:
    """What stands in a field: its text, or the words of what is chosen."""
    if found.kind != "one":
        return [fields.option(one) for one in found.members if one.get("checked") is not None]
    if found.first.tag == "select":
        return [text for one in selected(found.first) if (text := line("".join(one.itertext())))]
    return [value_of(found.first)]


def value_of(control: Node) -> str:
    """The text of a field, as a script would read it."""
    if control.tag == "textarea":
        return ("".join(control.itertext())).removeprefix("\r").removeprefix("\n").replace("\r\n", "\n")
    text = (control.get("value") or "").replace("\r", "").replace("\n", "")
    return text.strip(" \t\f") if type_of(control) in ("email", "url") else text


def options(control: Node) -> list[Node]:
    return list(control.iter("option"))


def selected(control: Node) -> list[Node]:
    """The chosen options; of a list that shows one, the first that can be chosen where none is marked."""
    ones = options(control)
    marked = [one for one in ones if one.get("selected") is not None]
    if control.get("multiple") is not None:
        return marked
    if marked:
        return marked[-1:]
    return [one for one in ones if not off(one)][:1] if control.get("size") in (None, "", "0", "1") else []


def off(option: Node) -> bool:
    parent = option.getparent()
    return option.get("disabled") is not None or (
        parent.tag == "optgroup" and parent.get("disabled") is not None
    )


def disabled(control: Node) -> bool:
    """Whether the control, or a set around it, is switched off."""
    if control.get("disabled") is not None:
        return True
    for one in control.iterancestors("fieldset"):
        if one.get("disabled") is not None:
            legend = one.find("legend")
            if legend is None or legend not in control.iterancestors("legend"):
                return True
    return False


def _locked(control: Node) -> bool:
    return disabled(control) or control.get("readonly") is not None or control.get("aria-disabled") == "true"


def _type(fields: Fields, entry: Entry, found: Field) -> Finding | None:
    control, text = found.first, entry.texts[0] if entry.texts else ""
    if found.kind != "one" or control.tag == "select":
        return Finding(Verdict.MISSING)
    if control.tag == "input" and type_of(control) not in _TYPED:
        raise NotPlain(f"欄「{entry.element.label}」は画面の部品で入れる形のため、ブラウザーで入力します。")
    if _locked(control):
        return None if read_back(fields, entry, found).verdict is Verdict.OK else Finding(Verdict.DISABLED)
    if _UNTYPED.search(text) or (control.tag == "input" and ("\n" in text or "\r" in text)):
        raise NotPlain(f"欄「{entry.element.label}」に、打てない文字があるため、ブラウザーで入力します。")
    longest = control.get("maxlength") or ""
    # Pages count as scripts do: in pairs where a letter needs two.
    if longest.isascii() and longest.isdecimal() and len(text.encode("utf-16-le")) // 2 > int(longest):
        return Finding(Verdict.TOO_LONG, longest)
    if control.tag == "textarea":
        for one in list(control):
            control.remove(one)
        control.text = text if not text.startswith("\n") else f"\n{text}"
    else:
        control.set("value", text)
    return None


def _choose(fields: Fields, entry: Entry, found: Field) -> Finding | None:
    wanted = bare(entry.texts[0] if entry.texts else "")
    if found.kind == "one" and found.first.tag == "select":
        return _choose_option(found.first, wanted)
    if found.kind != "radio":
        return Finding(Verdict.MISSING)
    if not wanted:
        return None
    matches = [one for one in found.members if _word(fields, one) == wanted]
    if len(matches) != 1:
        return Finding(Verdict.AMBIGUOUS if matches else Verdict.NO_OPTION)
    if _locked(matches[0]):
        return Finding(Verdict.DISABLED)
    for one in found.members:
        one.attrib.pop("checked", None)
    matches[0].set("checked", "")
    return None


def _choose_option(control: Node, wanted: str) -> Finding | None:
    if control.get("multiple") is not None:
        raise NotPlain("いくつも選べる一覧は、ブラウザーで入力します。")
    matches = [one for one in options(control) if bare("".join(one.itertext())) == wanted]
    if len(matches) != 1:
        return Finding(Verdict.AMBIGUOUS if matches else Verdict.NO_OPTION)
    if _locked(control) or off(matches[0]):
        return Finding(Verdict.DISABLED)
    for one in options(control):
        one.attrib.pop("selected", None)
    matches[0].set("selected", "")
    return None


def _word(fields: Fields, control: Node) -> str:
    return bare(fields.option(control)) or bare(control.get("value") or "")


def _tick(fields: Fields, entry: Entry, found: Field) -> Finding | None:
    if found.kind != "checkbox":
        return Finding(Verdict.MISSING)
    wanted = [bare(one) for one in entry.texts if one]
    words = [_word(fields, one) for one in found.members]
    for one in wanted:
        if words.count(one) != 1:
            return Finding(Verdict.AMBIGUOUS if words.count(one) else Verdict.NO_OPTION)
    for member, word in zip(found.members, words, strict=True):
        if (member.get("checked") is not None) == (word in wanted):
            continue
        if _locked(member):
            return Finding(Verdict.DISABLED)
        if word in wanted:
            member.set("checked", "")
        else:
            member.attrib.pop("checked", None)
    return None
