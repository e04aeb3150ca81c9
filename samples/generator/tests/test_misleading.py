"""Sheets drawn to mislead: every kind can be drawn, the same twice, and the truth is what the page says."""

import json
from types import SimpleNamespace

import across_rows
import misleading
import numpy as np
import page
import pytest
from misleading import KINDS, draw_sheet, draw_sheets
from revisions import CHANGES, WORDS, items, layout

pytestmark = pytest.mark.first(8)

ASKED = {  # where a clerk could not know either
    *(
        "tick_between",
        "margin_note",
        "across_the_row_line",
        "two_values",
        "label_changed",
        "character_changed",
    ),
    *("unit_changed", "option_changed", "red_over", "doubted", "taken_back", "either_or", "unknown_figure"),
    *(
        "ringed",
        "dashed",
        "each_struck",
        "row_struck",
        "page_crossed",
        "void_stamp",
        "sheet_remark",
        "sign_before",
    ),
    *(
        "rows_joined",
        "same_as_beside",
        "arrow_over_rows",
        "renumbered",
        "led_remark",
        "label_amended",
        "order_by_arrows",
    ),
    *("ring_around_two", "decimal_point", "unit_behind"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_drawn_and_says_what_a_clerk_reads(kind):
    sheet = draw_sheet([kind], f"each:{kind}", clean=True)
    assert sheet.judged
    for one in sheet.judged:
        assert one.field in sheet.values
        assert one.truth in (None, sheet.values[one.field])
        assert one.truth is None or kind not in ASKED
    assert sheet.effects == []


def test_parameters_decide_what_is_drawn():
    sheet = draw_sheet(
        ["struck"],
        "parameters",
        form="bus-pass",
        clean=True,
        mode="grey",
        field="phone",
        style="wavy",
        new="",
    )
    assert [(one.field, one.kind, one.truth) for one in sheet.judged] == [("phone", "struck", None)]
    with pytest.raises(page.Unfit, match="欄がありません"):
        draw_sheet(["struck"], "parameters", form="bus-pass", field="no_such_field")


def test_what_a_black_and_white_scan_would_not_show_is_never_drawn_for_one():
    """A thin or pale figure beside another is on no such scan, so that a clerk would not ask either."""
    modes = {draw_sheet(["figure_beside"], f"faint:{seed}", thin=True).picture.mode for seed in range(8)}
    assert "1" not in modes
    dark = {
        draw_sheet(["figure_beside"], f"dark:{seed}", thin=False, level=0, mode="bilevel").picture.mode
        for seed in range(2)
    }
    assert dark == {"1"}


@pytest.mark.parametrize(("at", "over"), [(700, False), (1000, True), (1500, True)])
def test_a_bracket_over_or_behind_another_field_would_join_that_one(at, over):
    """Beside the postal code of the tax form another number's cells stand: a bracket there says nothing of the code."""
    beside = SimpleNamespace(extent=lambda code: (980, 1100, 370, 60))
    assert across_rows.stands_in(beside, "employee_number", at, 1110, 1230) is over
    assert not across_rows.stands_in(beside, "employee_number", at, 1200, 1300)


def test_a_tick_behind_a_label_never_stands_in_the_next_box():
    """70歳以上 leaves no room before the next box: a tick there is a tick in it, and a clerk reads it so."""
    drawn = 0
    for seed in range(12):
        try:
            sheet = draw_sheet(
                ["tick_after_label"], f"room:{seed}", form="bus-pass", field="category", clean=True
            )
        except page.Unfit:
            continue
        drawn += 1
        assert sheet.values["category"] != "elderly"
    assert drawn


def test_tricks_share_a_sheet_but_no_field():
    for sheet in draw_sheets(4, 7):
        fields = [one.field for one in sheet.judged]
        assert len(fields) == len(set(fields))
        assert sum(kind in CHANGES for kind in {one.kind for one in sheet.judged}) <= 1


def test_what_is_said_of_a_page_is_said_of_all_fields_that_are_filled_in():
    for kind in ("page_crossed", "void_stamp", "sheet_remark"):
        sheet = draw_sheet([kind, "arrow"], f"whole:{kind}", clean=True)
        assert sheet.kinds == (kind,)
        assert all(one.whole_page and one.truth is None for one in sheet.judged)
        assert {one.field for one in sheet.judged} == {code for code, value in sheet.values.items() if value}


def test_kinds_take_turns_and_what_found_no_room_is_drawn_on_the_next_sheet():
    waiting = ["arrow", "labels_exchanged", "struck", "pencil", "insertion"]
    assert misleading.turn(waiting) == ["arrow", "struck", "pencil"]
    assert misleading.turn(waiting[1:]) == ["labels_exchanged", "struck", "pencil"]
    played = [kind for sheet in draw_sheets(6, 5, ["arrow", "struck"]) for kind in sheet.kinds]
    assert abs(played.count("arrow") - played.count("struck")) <= 2


def test_same_seed_same_sheets_and_other_seeds_others():
    def drawn(seed):
        return [(np.asarray(sheet.picture).tobytes(), sheet.judged) for sheet in draw_sheets(2, seed)]

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_labels_that_change_are_labels_of_the_forms():
    labels = set()
    for code in misleading.PROCEDURES:
        form = misleading.load_form(code)
        for number in range(1, len(form.pages) + 1):
            labels |= {item.label or form.fields[item.field]["label"] for item in items(layout(code), number)}
    assert set(WORDS) <= labels
    assert not set(WORDS.values()) & labels


def test_command_line_writes_sheets_and_their_truth(tmp_path, monkeypatch, capsys):
    command = ["misleading.py", "--sheets", "1", "--seed", "3", "--out", str(tmp_path), "--kinds", "pencil"]
    monkeypatch.setattr("sys.argv", command)
    misleading.main()
    entry = json.loads((tmp_path / "truth.jsonl").read_text(encoding="utf-8"))
    assert (tmp_path / entry["file"]).is_file()
    assert [one["kind"] for one in entry["judged"]] == ["pencil"]
    assert "1枚" in capsys.readouterr().out
