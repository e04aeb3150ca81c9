"""文字で話す: two screens, one writer."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from yakuba.services.translation.actions import talks
from yakuba.services.translation.models import Talk


def test_what_is_typed_stands_large_on_the_other_screen_and_is_put_right(page):
    page.post(reverse("translation:captions"))
    talk = Talk.objects.get()
    page.post(reverse("translation:caption-add", args=[talk.pk]), {"japanese": "回議を始めます\n次に"})
    other, url = Client(), reverse("guest:screen", args=["990019", talk.key])
    assert "回" in other.get(url).content.decode()
    correct = reverse("translation:caption-correct", args=[talk.pk])
    page.post(correct, {"line": "0", "japanese": "会議を始めます"})
    page.post(correct, {"line": "1", "japanese": ""})
    page.post(correct, {"line": "7", "japanese": "ない"})
    shown = other.get(url).content.decode()
    assert "<rt>かいぎ</rt>" in shown
    assert [one.japanese for one in talks.lines_of(Talk.objects.get())] == ["会議を始めます"]
    assert (
        'value="会議を始めます"'
        in page.get(reverse("translation:caption", args=[talk.pk]), {"line": "0"}).content.decode()
    )
    other.post(url, {"text": "もう一度お願いします"})
    assert "もう" in page.get(reverse("translation:caption", args=[talk.pk])).content.decode()
    assert page.get(reverse("translation:talk", args=[talk.pk])).status_code == 404, (
        "captions are no counter talk"
    )
    page.post(reverse("translation:end", args=[talk.pk]))
    assert other.get(url).status_code == 404


def test_a_line_that_another_screen_has_moved_is_not_put_right_by_its_number(page):
    page.post(reverse("translation:captions"))
    talk = Talk.objects.get()
    for text in ("一つ目", "二つ目", "三つ目"):
        page.post(reverse("translation:caption-add", args=[talk.pk]), {"japanese": text})
    url = reverse("translation:caption-correct", args=[talk.pk])
    page.post(url, {"line": "0", "japanese": "", "was": "一つ目"})
    assert page.post(url, {"line": "1", "japanese": "二つめ", "was": "二つ目"}).status_code == 409
    assert [one["japanese"] for one in Talk.objects.get().lines] == ["二つ目", "三つ目"]
