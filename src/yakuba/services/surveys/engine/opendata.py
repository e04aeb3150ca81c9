"""The results of an edition as open data: the tally row by row, the answers body by body, and the schema of the JSON. Pure Python."""

from __future__ import annotations

from typing import Any

VERSION = 1
TALLY_FIELDS: tuple[tuple[str, str, str, str], ...] = (
    ("question", "設問の符号", "string", "年が変わっても同じ符号"),
    ("label", "設問", "string", "設問の文"),
    ("group_kind", "まとめ方", "string", "団体区分、都道府県、人口区分のどれか"),
    ("group", "まとまり", "string", "団体区分などの名前"),
    ("option", "選択肢の符号", "string", "数の設問では空"),
    ("option_label", "選択肢", "string", "選択肢の文"),
    ("count", "団体数", "integer", "その選択肢を選んだ団体の数。数の設問では答えた団体の数"),
    ("of", "母数", "integer", "割合の母数の団体数"),
    ("percent", "割合（%）", "number", "小数第1位まで、正確な割合を四捨五入。母数が0のときは空"),
    ("asked", "調べた団体", "integer", "調べた団体の数"),
    ("answered", "答えた団体", "integer", "この設問に答えた団体の数"),
    ("unanswered", "無回答", "integer", "答えるはずで答えなかった団体の数"),
    ("total", "合計", "string", "数の設問の合計。秘匿のときは空"),
    ("hidden", "秘匿", "boolean", "小さい数なので合計を出していない"),
)
TALLY_HEAD = tuple(heading for _, heading, _, _ in TALLY_FIELDS)
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "調査の結果",
    "type": "object",
    "required": ["survey", "title", "edition", "state", "as_of", "licence", "version", "tally"],
    "properties": {
        "survey": {"type": "string", "description": "調査の符号"},
        "title": {"type": "string"},
        "edition": {"type": "string", "description": "回の符号"},
        "state": {"enum": ["provisional", "final"], "description": "速報か確定か"},
        "as_of": {"type": "string", "description": "基準日（ISO 8601）"},
        "licence": {"type": "string", "description": "使うときの条件"},
        "version": {"const": VERSION},
        "tally": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [name for name, *_ in TALLY_FIELDS],
                "properties": {
                    name: {"type": [kind, "null"] if name == "percent" else kind, "description": told}
                    for name, _, kind, told in TALLY_FIELDS
                },
                "additionalProperties": False,
            },
        },
    },
}
