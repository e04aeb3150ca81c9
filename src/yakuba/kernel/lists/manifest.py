"""The lists declare themselves."""

from yakuba.kernel.registry import Manifest

MANIFEST = Manifest(
    name="lists",
    label="一覧",
    description="しぼり込み、並べかえ、まとめての操作、書き出し",
    audit_events={"lists.exported": "一覧を書き出した"},
)
