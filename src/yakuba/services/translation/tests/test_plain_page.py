"""The page and the command of やさしい日本語."""

from __future__ import annotations

import json

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.services.translation.engine import papers


def test_a_text_is_checked_read_and_taken_along_in_word(page):
    url = reverse("translation:plain")
    shown = page.post(url, {"text": "書類を持参してください。\n来てください。"}).content.decode()
    assert "<mark>持参</mark>" in shown
    assert "持ってくる" in shown
    assert "<rt>しょるい</rt>" in shown
    assert "50<small>%（2文" in shown
    word = page.post(url, {"text": "来てください。", "word": "1"})
    assert papers.word_paragraphs(word.content) == ["来てください。"]
    again = page.post(url, {"file": SimpleUploadedFile("a.docx", word.content)}).content.decode()
    assert "<rt>き</rt>" in again
    assert page.post(url, {}).status_code == 422
    broken = page.post(url, {"file": SimpleUploadedFile("a.docx", b"PK\x03\x04broken")})
    assert (broken.status_code, "Word" in broken.content.decode()) == (422, True)


def test_a_file_is_checked_without_a_database(tmp_path):
    file, word = tmp_path / "a.txt", tmp_path / "b.docx"
    file.write_text("書類を持参してください。", encoding="utf-8")
    done = CliRunner().invoke(build(), ["translation", "plain", str(file), "--json", "--word", str(word)])
    told = json.loads(done.stdout)
    assert (told["score"], told["findings"][0]["said"]) == (0, "書類")
    assert papers.word_paragraphs(word.read_bytes()) == ["書類を持参してください。"]
    gone = CliRunner().invoke(build(), ["translation", "plain", str(tmp_path / "no.txt")])
    assert gone.exit_code != 0
