"""A scenario that is being written: its document as plain data, put together step by step and written out as YAML.

The document has the sections of the scenario language in their order; a step is a dict of one entry, the verb and what
it takes. Whether it is a scenario is the loader's to say: a draft may lack sections until it is finished.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from yakuba.kernel.definitions import Node, parse

Step = dict[str, Any]
Document = dict[str, Any]

SECTIONS = ("ログイン", "照会", "入力", "登録", "結果", "確認")
WITH_STEPS = ("ログイン", "照会", "入力")
LOOP = "くり返す"
_MOST_STEPS = 1_000
#: What a step may speak of besides a button or a link.
AIMS = ("項目", "欄", "文字", "見出し", "表")
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


def shape_problem(document: Document) -> str:
    """Why that is no draft, in Japanese; empty where it is one. Whether it is a scenario is the loader's to say."""
    extra = sorted(document.keys() - {"名前", "版", "手続", "説明", "システム", *SECTIONS})
    if extra:
        return f"「{extra[0]}」は部分の名前ではありません"
    if not isinstance(document.get("名前"), str) or not document["名前"].strip():
        return "「名前」がありません"
    for section in ("システム", "照会", "登録", "結果", "確認"):
        if not isinstance(document.get(section, {}), dict):
            return f"「{section}」の形が違います"
    listed = [
        document.get("ログイン", []),
        document.get("入力", []),
        document.get("照会", {}).get("手順", []),
    ]
    if "システム" not in document or not all(_are_steps(one) for one in listed):
        return "手順の形が違います"
    return ""


def _are_steps(steps: Any) -> bool:
    """A list of one-entry maps, each of a text or of what a step takes."""
    if not isinstance(steps, list) or len(steps) > _MOST_STEPS:
        return False
    for step in steps:
        if not isinstance(step, dict) or len(step) != 1:
            return False
        inside = next(iter(step.values()))
        if isinstance(inside, dict) and not _are_steps(inside.get("手順", [])):
            return False
        if not isinstance(inside, (dict, str)):
            return False
    return True


def has_steps(document: Document, section: str) -> bool:
    """Whether anything was recorded for a section."""
    found = document.get(section)
    return bool(found.get("手順") if isinstance(found, dict) and section == "照会" else found)


def missing(draft: Document) -> list[str]:
    """What has still to be shown to a recorder, in Japanese, in the order of the work."""
    wanted = []
    if not has_steps(draft, "ログイン"):
        wanted.append("ログインする")
    if not has_steps(draft, "照会"):
        wanted.append("見本の受付番号で検索する（二重に登録しないため、ロボットが毎回調べます）")
    if not has_steps(draft, "入力"):
        wanted.append("見本の申請を入力する")
    if not draft.get("登録"):
        wanted.append("登録のボタンを押して、「登録のボタンです」と答える")
    return wanted


@dataclass(frozen=True)
class Placed:
    """A step of a draft with the list that it stands in, its place there, the loops around it, the outermost first, and
    the section's own list."""

    step: Step
    among: list[Step]
    at: int
    loops: tuple[Step, ...]
    outermost: list[Step]


def placed(document: Document, section: str) -> list[Placed]:
    """The steps of a section and those inside of loops, in the order in which they are written. By their number in it,
    from 0, editor and recorder name them."""
    if section not in WITH_STEPS or not has_steps(document, section):
        return []
    steps = steps_of(document, section)
    return list(_placed(steps, (), steps))


def _placed(steps: list[Step], loops: tuple[Step, ...], outermost: list[Step]) -> Iterator[Placed]:
    for at, step in enumerate(steps):
        yield Placed(step, steps, at, loops, outermost)
        if LOOP in step and isinstance(step[LOOP], dict):
            inside = step[LOOP].get("手順")
            yield from _placed(inside if isinstance(inside, list) else [], (*loops, step), outermost)


def place_of(document: Document, section: str, n: int) -> Placed | None:
    """A step by its number; None where there is none."""
    found = placed(document, section)
    return found[n] if 0 <= n < len(found) else None


def replace_step(document: Document, section: str, n: int, old: Step, new: Step) -> bool:
    """Put `new` where `old` stands; False where it does not."""
    found = place_of(document, section, n)
    if found is None or found.step != old:
        return False
    found.among[found.at] = new
    return True


def rename(document: Document, section: str, old: str, new: str) -> None:
    """Every `{old}` of a section becomes `{new}`."""

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: renamed(one) for key, one in value.items()}
        if isinstance(value, list):
            return [renamed(one) for one in value]
        return re.sub(rf"\{{{re.escape(old)}(?=[:}}])", lambda _: f"{{{new}", str(value))

    steps = steps_of(document, section)
    steps[:] = [renamed(one) for one in steps]


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
    return "\n".join([*_block(dict(step)), ""])


def mark_of(document: Document) -> str:
    """By which a page knows later whether it still shows the draft as it is. PostgreSQL keeps no order of keys."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]


def document_of(text: str) -> Document:
    """A scenario's text as a draft. Raises DefinitionRefused for what is no YAML; comments are not kept."""
    found = _plain(parse(text))
    return found if isinstance(found, dict) else {}


def _section(key: str, value: Any) -> list[str]:
    if isinstance(value, list):
        return ["", f"{key}:", *(line for one in value for line in _block(one, "  "))]
    if not isinstance(value, dict):
        return [f"{key}: {_flow(value)}"]
    lines = ["", f"{key}:"]
    for inner, content in value.items():
        if isinstance(content, list):
            lines += [f"  {_flow(inner)}:", *(line for one in content for line in _block(one, "    "))]
        elif isinstance(content, dict) and inner == "項目":
            lines += [f"  {inner}:", *(f"    {_flow(k)}: {_flow(v)}" for k, v in content.items())]
        else:
            lines.append(f"  {_flow(inner)}: {_flow(content)}")
    return lines


def _block(step: Any, indent: str = "") -> list[str]:
    """A step as people write it after the dash: its verb, then what it takes in braces; a loop with its steps below."""
    if not isinstance(step, dict) or len(step) != 1:
        return [f"{indent}- {_flow(step)}"]
    ((verb, inside),) = step.items()
    steps = inside.get("手順") if verb == LOOP and isinstance(inside, dict) else None
    if not isinstance(steps, list) or not steps:
        return [f"{indent}- {_flow(verb)}: {_flow(inside)}"]
    others = [f"{indent}    {_flow(key)}: {_flow(one)}" for key, one in inside.items() if key != "手順"]
    within = [line for one in steps for line in _block(one, f"{indent}      ")]
    return [f"{indent}- {verb}:", *others, f"{indent}    手順:", *within]


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
