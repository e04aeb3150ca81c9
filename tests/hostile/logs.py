"""Logs of operations: Parquet whose columns lie, and XES that explodes."""

from __future__ import annotations

import io
import struct
from typing import Any

from hostile import MARK, Hostile, cut

BROKEN = "Parquetのファイルを読めません|壊れて|時間またはメモリ"
LARGE = "MBを超えます"


def parquet(columns: dict[str, Any], **more: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, **more)
    return file.getvalue()


def good() -> bytes:
    return parquet({"時刻": ["2026-04-01 09:00:00"] * 50, "PC": ["P"] * 50})


def _nested() -> bytes:
    inner: Any = "x"
    for _ in range(40):
        inner = [inner]
    return parquet({"時刻": ["2026-04-01 09:00:00"], "中": [inner], "並": [{"a": {"b": MARK.decode()}}]})


def _footer(size: int) -> bytes:
    content = good()
    return content[:-8] + struct.pack("<I", size) + b"PAR1"


XES = '<?xml version="1.0" encoding="UTF-8"?>{declared}<log><trace><event>{inside}</event></trace></log>'
LAUGHS = '<!ENTITY a "lol">' + "".join(
    f'<!ENTITY a{at} "{f"&a{at - 1 or str()};" * 10}">' for at in range(1, 10)
)


def _xes(inside: str = '<string key="k" value="v"/>', declared: str = "") -> bytes:
    return XES.format(declared=declared, inside=inside).encode()


def files(url: str) -> list[Hostile]:
    """All of them."""
    same = "x" * 5_000
    made = {
        "parquet-a-dictionary-of-one": (lambda: parquet({"時刻": [same] * 300_000}, row_group_size=300_000), LARGE, True),
        "parquet-nested": (_nested, "", False),
        "parquet-1000-columns": (lambda: parquet({f"c{at}": [1] for at in range(1000)}), BROKEN, False),
        "parquet-a-long-text": (lambda: parquet({"時刻": ["x" * 50_000_000]}), "", True),
        "parquet-bytes": (lambda: parquet({"時刻": [b"\xff\xfe" + MARK]}), "", False),
        "parquet-a-footer-of-4-gigabytes": (lambda: _footer(0xFFFFFFFF), BROKEN, False),
        "parquet-a-footer-of-nothing": (lambda: _footer(0), BROKEN, False),
        "parquet-rubbish": (lambda: b"PAR1" + b"\xff" * 5000 + struct.pack("<I", 4000) + b"PAR1", BROKEN, False),
        "parquet-rubbish-in-between": (lambda: (c := good())[:4] + b"\xff" * (len(c) // 3) + c[4 + len(c) // 3 :], BROKEN, False),
        "parquet-head-alone": (lambda: b"PAR1", BROKEN, False),
        "xes-laughs": (lambda: _xes('<string key="k" value="&a9;"/>', f"<!DOCTYPE log [{LAUGHS}]>"), "DOCTYPE", False),
        "xes-file-as-entity": (lambda: _xes("&x;", '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "DOCTYPE", False),
        "xes-type-elsewhere": (lambda: _xes(declared=f'<!DOCTYPE log SYSTEM "{url}">'), "DOCTYPE", False),
        "xes-2000-attributes": (lambda: _xes("".join(f'<string key="k{at}" value="v"/>' for at in range(2000))), "属性が多すぎ", False),
        "xes-deep": (lambda: _xes("<list>" * 200_000), "行目で読めません|壊れて", False),
        "xes-encoding-that-is-none": (lambda: b'<?xml version="1.0" encoding="x-nothing"?><log/>', "文字コード", False),
        "xes-no-event": (lambda: b"<?xml version='1.0'?><log/>", "一つもありません", False),
        "xes-a-value-of-30-megabytes": (lambda: _xes(f'<string key="k" value="{"x" * 30_000_000}"/>'), "", True),
        "xes-drawing": (lambda: f'<?xml version="1.0"?><svg><image href="{url}"/></svg>'.encode(), "一つもありません", False),
    }  # fmt: skip
    found = [
        Hostile(
            "log",
            name,
            "a.parquet" if "parquet" in name else "a.xes",
            make,
            says,
            either=not says,
            heavy=heavy,
        )
        for name, (make, says, heavy) in made.items()
    ]
    return found + cut("log", "parquet", "a.parquet", good, BROKEN)
