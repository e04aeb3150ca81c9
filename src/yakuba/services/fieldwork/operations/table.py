"""The operations of the fieldwork room."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations(
    "fieldwork",
    {"crew": "班", "roads": "道路のファイル", "rounds": "巡回: 計画し、班に出し、当日に変え、記録する"},
)
