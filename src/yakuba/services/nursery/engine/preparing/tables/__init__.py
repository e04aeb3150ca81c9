"""Facilities and applications from table files, columns found by their Japanese headings.

CSV (UTF-8, CP932 or UTF-16; commas, tabs or semicolons), a title may stand above the head. Facilities: 施設番号, 施設名,
種別, 地区, 0歳 … 5歳 (free seats; empty or `-`: the age is not taken in), 共用枠 (`3-5歳:席10、0-1歳:保育士2`).
Applications, one row a child: 受付番号, 世帯番号 (empty: a household of its own), 児童氏名, 生年月日, 地区,
きょうだいの希望, 第1希望 …, 今の施設, 今の席を空ける, 入所保留の希望. Every column, known or not, is also a fact under its
heading. A bad row is told with its line and left out; the others are kept.
"""

from yakuba.services.nursery.engine.preparing.tables.facilities import facilities_of, read_facilities
from yakuba.services.nursery.engine.preparing.tables.households import households_of, read_households
from yakuba.services.nursery.engine.preparing.tables.numbers import RECEIPT_NUMBER

__all__ = ["RECEIPT_NUMBER", "facilities_of", "households_of", "read_facilities", "read_households"]
