"""Claims and declarations of the demo town, all of them invented: two months that were checked, findings of which some are judged,
rules in force and a next version as a draft, and declarations that came twice."""

from __future__ import annotations

from datetime import date

from yakuba.demo import town
from yakuba.services.claims import facade as claims
from yakuba.services.reform import facade as reform

CLAIMS, SEED, PERSONS = 240, 7, 160
DECLARED = """宛名番号,氏名,年分,提出日,申告の種類,整理番号,所得,税額
90001,見本一,{year},{next}/2/20,確定申告,A1,3200000,120000
90001,見本一,{year},{next}/3/10,確定申告,A2,3100000,114000
90002,見本二,{year},{next}/3/1,確定申告,B1,2500000,80000
90002,見本二,{year},{next}/5/2,確定申告,B2,2500000,95000
90003,見本三,{year},{next}/3/2,確定申告,C1,4000000,150000
90003,見本三,{year},{next}/3/2,確定申告,C2,4100000,155000
90004,見本四,{year},{next}/2/25,確定申告,D1,1800000,40000
90004,見本四,{year},{next}/6/8,確定申告,D2,1700000,35000
90005,見本五,{year},{next}/3/14,確定申告,E1,2900000,99000
90005,見本五,{year},{next}/3/14,確定申告,E2,2900000,99000
"""


def load() -> None:
    """Load it, unless there is a claim file. やくば市 must be active."""
    if not claims.is_empty():
        return
    clerk, chief, year = town.user("kacho"), town.user("kanri"), reform.fiscal_year()
    months = [year * 100 + 4, year * 100 + 5]
    for kind, content in claims.sample_masters().items():
        claims.take_table(f"見本の{kind}.csv", content, kind, year * 100 + 1, actor=clerk)
    claims.take_table(
        "見本の資格情報.csv", claims.sample_members(PERSONS), "members", year * 100 + 1, actor=clerk
    )
    for at, month in enumerate(months):
        claims.take_in(f"見本の請求{month}.uke", claims.sample_claims(CLAIMS, SEED + at, month), actor=clerk)
    claims.sample_rules(months[:1], maker=clerk, publisher=chief)
    claims.check(months, actor=clerk)
    claims.sample_judgements(15, actor=clerk)
    declared = DECLARED.format(year=year - 1, next=year)
    claims.take_declarations("見本の申告.csv", declared.encode(), date(year, 3, 16), actor=clerk)
