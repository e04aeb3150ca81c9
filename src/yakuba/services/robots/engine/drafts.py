"""A scenario that is being written: its document as plain data, put together step by step and written out as YAML.

The document has the sections of the scenario language in their order; a step is a dict of one entry, the verb and what
it takes. Whether it is a scenario is the loader's to say: a draft may lack sections until it is finished.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import yaml

from yakuba.kernel.definitions import Node, parse

Step = dict[str, Any]
Document = dict[str, Any]

SECTIONS = ("ログイン", "照会", "入力", "登録", "結果", "確認")
WITH_STEPS = ("ログイン", "照会", "入力")
_FILLS = ("入力", "選ぶ", "チェック")


def new(name: str, procedure: str, system: str, address: str, description: str = "") -> Document:
    """An empty draft. Its first version is 1."""
    return {
        "名前": name,
        "版": "1",
        "手続": procedure,
        "説明": description or "操作を録画して作りました。",
        "システム": {"名前": system, "住所": address},
    }


def steps_of(document: Document, section: str) -> list[Step]:
    """The section's list of steps, which may be changed in place."""
    if section == "照会":
        inside: list[Step] = document.setdefault("照会", {}).setdefault("手順", [])
        return inside
    listed: list[Step] = document.setdefault(section, [])
    return listed


def has_steps(document: Document, section: str) -> bool:
    """Whether anything was recorded for a section."""
    found = document.get(section)
    return bool(found.get("手順") if isinstance(found, dict) and section == "照会" else found)


def step_at(document: Document, section: str, n: int) -> Step | None:
    """A step by its place; None where there is none."""
    steps = steps_of(document, section) if has_steps(document, section) and section in WITH_STEPS else []
    return steps[n] if 0 <= n < len(steps) else None


def replace_step(document: Document, section: str, n: int, old: Step, new: Step) -> bool:
    """Put `new` where `old` stands; False where it does not."""
    if step_at(document, section, n) != old:
        return False
    steps_of(document, section)[n] = new
    return True


def target_of(step: Step) -> str:
    """The words by which a step's target is known, `欄「氏名」`; empty where it has none."""
    _, inside = next(iter(step.items()))
    if not isinstance(inside, dict):
        return ""
    for role in ("欄", "ボタン", "リンク"):
        if inside.get(role):
            return f"{role}「{inside[role]}」" + (f"（{inside['枠']}）" if inside.get("枠") else "")
    return ""


def put(document: Document, section: str, content: Any) -> None:
    """Write a section, or those parts of it that are given."""
    stands = document.get(section)
    both = isinstance(stands, dict) and isinstance(content, dict) and section in ("システム", "照会")
    document[section] = {**stands, **content} if both and isinstance(stands, dict) else content


def add(document: Document, section: str, step: Step) -> None:
    """Put a step at the section's end. A field that was filled since the last press is filled anew, not twice; until
    something is filled, only the page that is opened last matters."""
    steps = steps_of(document, section)
    verb = next(iter(step))
    if verb == "開く" and not any(next(iter(one)) in _FILLS for one in steps) and section != "ログイン":
        steps[:] = [step]
        return
    if verb in _FILLS:
        for at in range(len(steps) - 1, -1, -1):
            if next(iter(steps[at])) in ("押す", "開く"):
                break
            if target_of(steps[at]) == target_of(step):
                steps[at] = step
                return
    if steps and steps[-1] == step and verb == "確かめる":
        return
    steps.append(step)


def search_was(document: Document, receipt: str) -> bool:
    """What was recorded as the entry until now was the look-up of the receipt number, whose template is `receipt`; it is
    taken for that only where it fills in that number and nothing else. Returns whether it was."""
    steps = steps_of(document, "入力")
    fills = [inside for one in steps for verb, inside in one.items() if verb in _FILLS]
    if len(fills) != 1 or fills[0]["値"] != receipt:
        return False
    known = document.get("照会", {})
    number = known.get("見つかった", {}).get("列", "登録番号")
    found = {"列": number, "行": {fills[0].get("欄", "受付番号"): receipt}}
    document["照会"] = {**known, "手順": list(steps), "見つかった": found}
    document["入力"] = []
    return True


def text_of(document: Document) -> str:
    """The draft as YAML, one step a line."""
    keys = ("名前", "版", "手続", "説明", "システム", *SECTIONS)
    lines: list[str] = []
    for key in [*keys, *(one for one in document if one not in keys)]:
        if key in document and document[key] not in (None, "", [], {}):
            lines += _section(key, document[key])
    return "\n".join(lines) + "\n"


def step_text(step: Mapping[str, Any]) -> str:
    """One step as a list of one."""
    return f"- {_block(dict(step))}\n"


def mark_of(document: Document) -> str:
    """By which a page knows later whether it still shows the draft as it is."""
    return hashlib.sha256(text_of(document).encode()).hexdigest()[:16]


def document_of(text: str) -> Document:
    """A scenario's text as a draft. Raises DefinitionRefused for what is no YAML; comments are not kept."""
    found = _plain(parse(text))
    return found if isinstance(found, dict) else {}


def _section(key: str, value: Any) -> list[str]:
    if isinstance(value, list):
        return ["", f"{key}:", *(f"  - {_block(one)}" for one in value)]
    if not isinstance(value, dict):
        return [f"{key}: {_flow(value)}"]
    lines = ["", f"{key}:"]
    for inner, content in value.items():
        if isinstance(content, list):
            lines += [f"  {_flow(inner)}:", *(f"    - {_block(one)}" for one in content)]
        elif isinstance(content, dict) and inner == "項目":
            lines += [f"  {inner}:", *(f"    {_flow(k)}: {_flow(v)}" for k, v in content.items())]
        else:
            lines.append(f"  {_flow(inner)}: {_flow(content)}")
    return lines


def _block(step: Any) -> str:
    """A step as people write it after the dash: its verb, then what it takes in braces."""
    if isinstance(step, dict) and len(step) == 1:
        ((verb, inside),) = step.items()
        return f"{_flow(verb)}: {_flow(inside)}"
    return _flow(step)


def _flow(value: Any) -> str:
    dumped = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=1_000_000
    )
    return dumped.removesuffix("\n").removesuffix("...").strip()


def _plain(node: Node) -> Any:
    if node.entries is not None:
        return {key: _plain(value) for key, _, value in node.entries}
    if node.items is not None:
        return [_plain(one) for one in node.items]
    return node.raw or ""
