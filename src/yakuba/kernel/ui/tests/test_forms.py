"""A label on every field, help and errors tied to the field, errors in a list on top that lead to it."""

import re
from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string

from yakuba.kernel.ui.components import SampleForm
from yakuba.kernel.ui.forms import DefinitionFileForm, JapaneseDateField, SliderInput, StaffLoginForm

SOURCES = Path(__file__).resolve().parents[3]


class DayForm(forms.Form):
    day = JapaneseDateField(label="日付")


def test_a_date_box_is_japanese_whatever_the_browser_speaks():
    html = rendered(DayForm(initial={"day": date(2026, 4, 1)}))
    assert 'type="text"' in html
    assert 'value="令和8年4月1日"' in html
    assert DayForm({"day": "R8.4.1"}).fields["day"].clean("R8.4.1") == date(2026, 4, 1)
    wrong = DayForm({"day": "昭和65年1月1日"})
    assert not wrong.is_valid()
    assert 'value="昭和65年1月1日"' in rendered(wrong), "what was typed stays"


def test_no_page_has_a_date_box_of_the_browsers_own():
    found = [path for path in SOURCES.rglob("*") if path.suffix in (".py", ".html") and "tests" not in path.parts
             and re.search(r"""["']?type["']?[=:] ?["']date["']""", path.read_text(encoding="utf-8"))]  # fmt: skip
    assert found == []


class GainForm(forms.Form):
    gain = forms.CharField(label="利得", widget=SliderInput(0, 25, 0.5, "利得"))


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ({"gain": "8"}, "8"),  # with a script
        ({"gain": "8", "gain-slider": "12.5", "gain-place": "8"}, "12.5"),  # the slider was moved
        ({"gain": "9", "gain-slider": "8", "gain-place": "8"}, "9"),  # the box was changed
        ({"gain": "9", "gain-slider": "12.5", "gain-place": "8"}, "9"),  # both: the box decides
        ({"gain": "40", "gain-slider": "25", "gain-place": "25"}, "40"),  # beyond the slider
        ({"gain": "x", "gain-slider": "0", "gain-place": "0"}, "x"),
        ({"gain": "", "gain-slider": "3", "gain-place": "0"}, "3"),
    ],
)
def test_a_slider_is_taken_where_it_was_moved_also_without_a_script(sent, taken):
    form = GainForm(sent)
    assert form.is_valid()
    assert form.cleaned_data["gain"] == taken


def test_a_slider_stands_where_its_number_is_and_has_a_name():
    html = rendered(GainForm({"gain": "８．６"}))
    assert 'value="８．６"' in html, "what was typed stays"
    assert 'name="gain-slider" id="id_gain_slider" min="0" max="25" step="0.5" value="8.5"' in html
    assert 'aria-label="利得（スライダー）"' in html
    for hostile in ("nan", "inf", "1e999", "-5", ""):
        assert 'step="0.5" value="' in rendered(GainForm({"gain": hostile}))


class HostileForm(forms.Form):
    value = forms.CharField(label="<b>氏名</b>", help_text="<script>1</script>")


def rendered(form: forms.Form) -> str:
    return render_to_string("ui/form.html", {"form": form})


def ids(html: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', html))


def test_every_reference_between_label_help_error_and_field_holds():
    html = rendered(SampleForm({"receipt": "123"}))
    referred = set(re.findall(r'\bfor="([^"]+)"', html)) | set(re.findall(r'href="#([^"]+)"', html))
    for group in re.findall(r'aria-describedby="([^"]+)"', html):
        referred |= set(group.split())
    assert referred
    assert referred <= ids(html)


def test_each_error_stands_at_its_field_and_on_top():
    form = SampleForm({"receipt": "123"})
    html = rendered(form)
    assert len(form.errors) == 6
    for name in form.errors:
        assert f'id="id_{name}_error"' in html
    assert html.count('<li><a href="#') == 6
    assert "（6件）" in html


class ManyForm(forms.Form):
    these = forms.MultipleChoiceField(
        label="許すこと",
        choices=[(str(number), f"許すこと{number}") for number in range(40)],
        widget=forms.CheckboxSelectMultiple,
    )


def test_what_is_wrong_with_choices_stands_before_them_however_many_they_are():
    html = rendered(ManyForm({}))
    assert html.index("</legend>") < html.index('id="id_these_error"') < html.index("許すこと0")


def test_a_form_without_errors_shows_no_summary():
    assert 'role="alert"' not in rendered(SampleForm())


def test_labels_and_help_from_a_definition_file_are_escaped():
    html = rendered(HostileForm())
    assert "<script>" not in html
    assert "<b>" not in html


def test_the_login_form_speaks_of_the_staff_id():
    form = StaffLoginForm(data={"username": "", "password": ""})
    assert not form.is_valid()
    assert form.errors == {
        "username": ["職員IDを入力してください。"],
        "password": ["パスワードを入力してください。"],
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("版: 一".encode("cp932"), "UTF-8"),
        (b"x" * 800_001, "基準のファイルか確かめて"),
        (b"", "空"),
    ],
)
def test_a_definition_file_that_is_no_text_is_refused(content, words):
    file = SimpleUploadedFile("a.yaml", content)
    form = DefinitionFileForm({"text": ""}, {"file": file}, what="基準")
    assert words in str(form.errors)


def test_a_definition_comes_as_file_or_as_text():
    file = SimpleUploadedFile("a.yaml", "\ufeff版: 1".encode())
    for sent in (({}, {"file": file}), ({"text": "版: 1"}, {})):
        form = DefinitionFileForm(*sent, what="基準")
        assert form.is_valid(), form.errors
        assert form.cleaned_data["text"] == "版: 1"
    assert "本文を貼り付けて" in str(DefinitionFileForm({"text": " "}, {}, what="基準").errors)
