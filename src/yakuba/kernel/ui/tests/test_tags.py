from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.utils import timezone


def shown(template: str, **context: object) -> str:
    return Template("{% load yakuba %}" + template).render(Context(context))


def test_a_moment_is_shown_in_local_time():
    assert (
        shown('{{ m|wareki:"time" }}', m=datetime(2026, 11, 20, 20, 0, tzinfo=UTC))
        == "令和8年11月21日(土) 5:00"
    )


def test_hours_takes_seconds_minutes_and_timedeltas():
    assert shown("{{ v|hours }}", v=4800) == "1時間20分"
    assert shown('{{ v|hours:"minutes" }}', v=80) == "1時間20分"
    assert shown("{{ v|hours }}", v=timedelta(minutes=80)) == "1時間20分"


@pytest.mark.parametrize("name", ["wareki", "hours", "ago", "percent", "grouped"])
def test_nothing_is_a_dash_and_finished_wording_passes_escaped(name):
    assert shown("{{ v|" + name + " }}", v=None) == "―"
    assert shown("{{ v|" + name + " }}", v="") == "―"
    assert shown("{{ v|" + name + " }}", v="<b>未定</b>") == "&lt;b&gt;未定&lt;/b&gt;"


def test_ago_counts_a_date_from_midnight():
    yesterday = timezone.localdate() - timedelta(days=2)
    assert shown("{{ v|ago }}", v=yesterday) == "2日前"


def test_an_unknown_icon_is_an_error_not_a_blank():
    with pytest.raises(KeyError):
        shown('{% icon "unicorn" %}')


@pytest.mark.parametrize(
    ("current", "expected"),
    [(1, [1, 2, 3, None, 64]), (7, [1, None, 5, 6, 7, 8, 9, None, 64]), (3, [1, 2, 3, 4, 5, None, 64])],
)
def test_pagination_keeps_both_ends(current, expected):
    from yakuba.kernel.ui.templatetags.yakuba import page_numbers_filter

    assert page_numbers_filter(Paginator(range(1280), 20).page(current)) == expected


def test_pagination_links_keep_the_filter_and_escape_it():
    html = shown(
        '{% include "ui/pagination.html" with page=page query=query %}',
        page=Paginator(range(100), 20).page(2),
        query='status="><script>',
    )
    assert "<script>" not in html
    assert 'rel="next" href="?status=&quot;&gt;&lt;script&gt;&amp;page=3"' in html


def test_a_notice_says_its_kind_in_words_and_escapes_its_text():
    html = shown('{% include "ui/notice.html" with kind="error" title=t text=t %}', t="<img src=x>")
    assert "エラー" in html
    assert 'role="alert"' in html
    assert "<img" not in html


def test_a_refusal_names_the_permission_in_japanese_and_hides_english():
    assert "受付簿" in shown("{{ r|refusal }}", r="ledger.view")
    assert "ledger" not in shown("{{ r|refusal }}", r="ledger.view")
    assert shown("{{ r|refusal }}", r="reason in English") == shown("{{ r|refusal }}", r="")
    assert shown("{{ r|refusal }}", r="この申請はとなり町のものです。") == "この申請はとなり町のものです。"


def test_day_without_clock_is_not_shifted():
    assert shown("{{ d|wareki }}", d=date(2026, 11, 20)) == "令和8年11月20日(金)"
