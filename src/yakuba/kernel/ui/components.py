"""The living page of components, for who builds pages. Only with YAKUBA_DEBUG; it shows no data of anybody."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yakuba.kernel.charts import (
    Chart,
    before_after,
    curve_chart,
    heat_map,
    histogram,
    interval_chart,
    line_chart,
    person_and_machine,
)
from yakuba.kernel.maps import Map, Mapped, Shape, body_map, value_map
from yakuba.kernel.ui.forms import JapaneseDateField, SliderInput
from yakuba.kernel.ui.icons import names


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="氏名", help_text="申請書に書かれたとおりに入力します。")
    receipt = forms.CharField(label="受付番号", min_length=10, help_text="10桁の数字です。")
    born = JapaneseDateField(label="生年月日", required=False)
    kind = forms.ChoiceField(label="手続", choices=[("a", "保育所入所申込"), ("b", "給与所得者異動届")])
    sex = forms.ChoiceField(
        label="性別", choices=[("m", "男"), ("f", "女")], widget=forms.RadioSelect, required=False
    )
    days = forms.MultipleChoiceField(
        label="利用する曜日",
        choices=[("mon", "月"), ("tue", "火"), ("wed", "水")],
        widget=forms.CheckboxSelectMultiple,
        help_text="当てはまるものをすべて選びます。",
    )
    agree = forms.BooleanField(label="内容を確かめました")
    gain = forms.CharField(
        label="利得（dBi）", required=False, initial="8", widget=SliderInput(0, 25, 1, "利得")
    )
    note = forms.CharField(label="備考", widget=forms.Textarea, required=False)
    scan = forms.FileField(label="スキャンした申請書", help_text="PDF、TIFF、JPEG、PNG。100MBまで。")


@login_not_required
def show(request: HttpRequest) -> HttpResponse:
    """Every component once, in each of its states."""
    if "home" in request.GET:
        return render(request, "ui/home.html", sample_home(request.GET["home"]))
    rows = Paginator(range(1, 1281), 20)
    context = {
        "empty_form": SampleForm(prefix="new", use_required_attribute=False),
        "wrong_form": SampleForm({"bad-receipt": "123"}, prefix="bad", use_required_attribute=False),
        "icons": names(),
        "kinds": [
            "success",
            "error",
            "warning",
            "info",
            "running",
            "waiting",
            "person",
            "stopped",
            "neutral",
        ],
        "page": rows.page(7),
        "moment": timezone.now() - timedelta(hours=3),
        "day": date(2026, 11, 20),
        "before_after": before_after(
            [("保育所入所申込", 14, 3.2), ("特別徴収に係る給与所得者異動届出書", 6.5, 1.1)],
            title="1件あたりの時間",
        ),
        "stacked": person_and_machine(
            [("これまで", 14, 0), ("いま", 2.1, 1.1)], title="1件あたりの時間の内訳"
        ),
        "more_charts": sample_charts(),
        "maps": sample_maps(),
        "no_chart": before_after([], title="記録がまだない図"),
    }
    return render(request, "ui/components.html", context | sample_frame())


def sample_charts() -> list[Chart]:
    """The other kinds of charts, with what is hard to fit: long labels, gaps, large and negative values."""
    months = [f"{month}月" for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)]
    return [
        line_chart(
            months,
            {"紙": [120, 110, None, 90, 80, 70, 66, 60, 52, 50, 41, 30], "電子": [*range(12)]},
            title="届いた申請",
            unit="件",
        ),
        line_chart(
            months[:3],
            {"誤りの割合": [3.0, 2.1, 1.4]},
            bands={"誤りの割合": [(1.2, 6.0), (1.0, 4.0), (0.8, 2.2)]},
            band="95%信頼区間",
            title="見直した値の誤りの割合",
            unit="%",
        ),
        curve_chart(
            {
                "遅れ1ミリ秒": [(at / 20, 1 - 0.9**at) for at in range(60)],
                "遅れ50ミリ秒": [(at / 20, 1 - 0.8**at) for at in range(30)],
            },
            title="指令への応答",
            x="時間",
            x_unit="秒",
            unit="",
            levels={"目標": 1.0},
        ),
        histogram([0.5, 1, 2, 2.5, 3, 3, 4, 7, 30, None], title="1件にかかった時間", unit="分"),
        interval_chart(
            [("保育所入所申込", 3.2, (2.1, 5.0)), ("特別徴収に係る給与所得者異動届出書", -1.1, (-3.0, 1.0))],
            title="減った時間",
            unit="分",
            interval="中央の半数",
        ),
        heat_map(
            [("個人住民税（普通徴収）", [n * 12_345_678 for n in range(-2, 10)])],
            months,
            title="前年との差",
            unit="円",
        ),
    ]


def sample_maps() -> list[Map]:
    """Prefectures as areas, a town's places as points with a value that is not known, and nothing."""
    names = ["中央保育園", "東保育園", "特別徴収に係る給与所得者異動届出書の受付窓口", "みなみ保育園"]
    places = [
        Mapped(name, value, Shape(points=((139.70 + at / 50, 35.69 - at * at / 300),)), note="0歳 1、1歳 2")
        for at, (name, value) in enumerate(zip(names, [3, 0, 12, None], strict=True))
    ]
    return [
        body_map(
            {f"{number:02}": (number * 7 % 47) / 2 for number in range(1, 48)},
            title="1件あたりの時間",
            unit="分",
        ),
        value_map(places, title="施設の空き枠", unit="人", first="施設", sources=()),
        body_map({}, title="記録がまだない地図", unit="件"),
    ]


def sample_frame() -> dict[str, object]:
    """A menu to look at, leading nowhere."""
    groups = {
        "受付・処理": ["受付簿", "帳票読取", "ロボット"],
        "住民・窓口": ["入所選考"],
        "分析・経営": ["効果"],
    }
    entries = [
        {
            "label": label,
            "entries": [{"label": one, "url": "#", "current": one == "帳票読取"} for one in inside],
            "current": "帳票読取" in inside,
        }
        for label, inside in groups.items()
    ]
    return {"navigation": entries, "municipality": "やくば市"}


def sample_home(kind: str) -> dict[str, object]:
    """The home page's context: kind "none", "much" or "failed"."""
    now = timezone.now()
    home: dict[str, object] = sample_frame() | {"today": timezone.localdate()}
    if kind == "none":
        return home
    failures = [
        {
            "title": f"受付番号 080000{number:02d}45",
            "reason": "基幹システムが「生年月日が正しくありません」と返しました。申請書の生年月日を確かめてください。",
            "url": "#",
            "action_label": "申請書を見る",
            "when": now - timedelta(hours=number),
        }
        for number in range(1, 9)
    ]
    if kind == "failed":
        return home | {"failures": failures[:2]}
    queues = [
        ("読み取った値の確認", 1280, "確認を始める", timedelta(days=3), True),
        ("ロボットが決められなかった行", 3, "行を見る", timedelta(hours=3), False),
        ("ページがそろわない申請", 2, "申請を見る", timedelta(minutes=30), False),
        ("承認を待つ持ち出し", 0, "見る", None, False),
    ]
    return home | {
        "failures": failures,
        "queues": [
            {"label": a, "count": b, "action_label": c, "oldest": d and now - d, "urgent": e, "url": "#"}
            for a, b, c, d, e in queues
        ],
        "running": [
            {"title": "保育所入所申込 10月分の読み取り", "done": 240, "total": 400, "eta": 380, "url": "#"},
            {"title": "異動届の登録", "done": 0, "total": 0, "note": "一時停止の指示待ち", "url": "#"},
        ],
        "next_action": {
            "label": "確認を始める",
            "url": "#",
            "detail": "読み取った値の確認が1,280件あります。いちばん古いものは3日前です。",
        },
    }
