"""A survey of the demo's group: last year's results are published, this year's is out; and an inquiry that came by mail. All of it
is made up."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from yakuba.demo import town
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.reform import facade as reform
from yakuba.services.surveys import facade as surveys

SURVEY = "digital"
TEXT = """
survey: digital
title: 窓口のデジタル化の取組状況（見本）
edition: "{year}"
label: {year}年度
as_of: {year}-04-01
contact: やくば市 企画課
lead: 見本の調査です。4月1日現在の状況を書いてください。
cycle: 毎年度
bodies: ["990019", "990027", "990035", "990043", "990051"]
deadlines:
  - {{classes: [町村], text: 7月初旬, day: {town_day}}}
  - {{text: 6月中旬, day: {city_day}}}
sections:
  - title: 導入の状況
    questions:
      - {{code: counter, label: 書かない窓口を実施していますか, kind: choice, options: {{yes: 実施している, plan: 予定がある, no: 予定はない}}, required: はい}}
      - {{code: tools, label: 使っている仕組み（いくつでも）, kind: choices, options: {{reading: 帳票読取, robots: ロボット, chat: 問い合わせ応答, forms: 電子申請}}}}
      - {{code: online, label: 電子申請の件数, kind: number, unit: 件}}
      - {{code: share, label: 申請のうち電子申請の割合, kind: number, unit: "%", decimals: 1}}
  - title: 体制と課題
    questions:
      - {{code: staff, label: デジタル化を担当する職員, kind: number, unit: 人, counts_people: はい}}
      - {{code: trouble, label: 課題の重さ, kind: grid, rows: {{money: 予算, people: 人材, law: 制度}}, options: {{heavy: 重い, some: 少しある, none: ない}}}}
      - {{code: words, label: 工夫していること, kind: text, longest: 400, help: なければ空けておきます}}
checks:
  - {{left: online, change: 80}}
"""
LAST = {
    "990019": {"counter": "plan", "tools": "reading,robots", "online": "4120", "share": "18.5", "staff": "12", "trouble.money": "heavy", "trouble.people": "heavy", "trouble.law": "some"},
    "990027": {"counter": "no", "tools": "forms", "online": "610", "share": "9.2", "staff": "2", "trouble.money": "heavy", "trouble.people": "heavy", "trouble.law": "none"},
    "990035": {"counter": "no", "online": "480", "share": "7.1", "staff": "1", "trouble.money": "some", "trouble.people": "heavy", "trouble.law": "none"},
    "990043": {"counter": "yes", "tools": "reading,robots,forms", "online": "5230", "share": "24.0", "staff": "15", "trouble.money": "some", "trouble.people": "some", "trouble.law": "some"},
    "990051": {"counter": "plan", "tools": "chat,forms", "online": "8800", "share": "21.3", "staff": "21", "trouble.money": "heavy", "trouble.people": "some", "trouble.law": "none"},
}  # fmt: skip
NOW = {
    "990035": {"counter": "plan", "tools": "forms", "online": "720", "share": "10.4", "staff": "2", "trouble.money": "some", "trouble.people": "heavy", "trouble.law": "none", "words": "となりの市の申請フォームを借りた"},
    "990043": {"counter": "yes", "tools": "reading,robots,forms", "online": "7010", "share": "31.6", "staff": "15", "trouble.money": "some", "trouble.people": "some", "trouble.law": "some"},
}  # fmt: skip
PLANS = (
    ("rules-of-disclosure", "情報公開の制度の状況（見本）", "概ね3年毎"),
    ("evaluation", "行政評価の取組状況（見本）", "必要に応じて"),
)
SECTIONS = {"総務課": ("counter", "tools", "words"), "市民課": ("online", "share", "staff", "trouble")}


def load() -> None:
    """Load it, unless there is a survey. やくば市 must be active, in its group."""
    if not surveys.is_empty():
        return
    chief, approver, year = town.user("kacho"), town.user("kanri"), reform.fiscal_year()
    before = surveys.sample_survey(_text(year - 1), proposer=chief, approver=approver)
    for code, values in LAST.items():
        surveys.sample_answers(before, code, values, actor=chief)
    surveys.sample_publication(before, proposer=chief, approver=approver)
    now = surveys.sample_survey(_text(year), proposer=chief, approver=approver)
    for code, values in NOW.items():
        surveys.sample_answers(now, code, values, actor=chief)
    surveys.sample_tally(now)
    surveys.sample_split(SURVEY, str(year), SECTIONS)
    neighbour = Municipality.objects.get(code=town.NEIGHBOUR_TOWN[0])
    with active_municipality(neighbour):
        surveys.sample_split(SURVEY, str(year), {"総務課": ()})
    for code, title, cycle in PLANS:
        surveys.sample_plan(code, title, cycle, f"{year - 2}年度", "", None)
    today = timezone.localdate()
    surveys.sample_inquiry(
        "条例の制定状況について（照会）",
        "見本県 市町村課",
        today - timedelta(days=3),
        today + timedelta(days=11),
        ["総務課"],
        actor=chief,
    )
    set_values({"surveys.public": True}, actor=approver)


def _text(year: int) -> str:
    return TEXT.format(
        year=year, town_day=date(year, 7, 3).isoformat(), city_day=date(year, 6, 15).isoformat()
    )
