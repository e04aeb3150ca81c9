"""Forms of the minutes room."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.minutes.contracts import MeetingKind, NewMeeting
from yakuba.services.minutes.models import Matter, Meeting

LINES = ("agenda", "present", "absent", "staff", "called", "papers", "signers", "course")


class TranscriptForm(forms.Form):
    """A transcript and what meeting it is of. `new` and `file`: what was entered; the form must be valid."""

    file = forms.FileField(
        label="文字起こしのファイル",
        help_text="VTT・SRT（字幕）、テキスト、Word（.docx）。音声はあとから加えられます。",
    )
    title = forms.CharField(
        label="会議の名前", max_length=200, help_text="例：総務文教委員会（令和8年第4回）"
    )
    kind = forms.ChoiceField(label="種類", choices=Meeting.Kind.choices, initial=Meeting.Kind.COMMITTEE)
    body = forms.CharField(label="会議体", max_length=100, required=False, help_text="例：○○市議会")
    held_on = JapaneseDateField(
        label="開催日", required=False, help_text="空なら、文字起こしの「日時：」から読みます。"
    )
    place = forms.CharField(label="場所", max_length=100, required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kinds is not None:
            self.fields["kind"].choices = kinds  # type: ignore[attr-defined]  # it is a ChoiceField

    @property
    def new(self) -> NewMeeting:
        """The meeting."""
        data = self.cleaned_data
        return NewMeeting(
            data["title"],
            MeetingKind(data["kind"]),
            data["body"],
            str(data["held_on"] or ""),
            data["place"],
        )


class SoundForm(forms.Form):
    """The sound of a meeting."""

    file = forms.FileField(label="音声のファイル", help_text="WAV・MP3・M4A・OGG。12時間、1.9GBまで。")


class SpeakerForm(forms.Form):
    """Who a speaker is."""

    office = forms.CharField(label="役職", max_length=60, required=False)
    name = forms.CharField(label="氏名", max_length=60, required=False)
    kana = forms.CharField(label="よみ", max_length=60, required=False)
    group = forms.CharField(label="会派", max_length=60, required=False)
    role = forms.CharField(label="立場", max_length=60, required=False)


class RecordForm(forms.ModelForm):
    """The record of a meeting but its speeches."""

    held_on = JapaneseDateField(label="開催日", required=False)

    class Meta:
        model = Meeting
        fields = [
            "title", "kind", "body", "session", "issue", "held_on", "place", "opened", "closed", "course", "openness",
            "closed_reason", "visitors", "agenda", "present", "absent", "staff", "called", "papers", "signers",
        ]  # fmt: skip
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in LINES}
        help_texts = dict.fromkeys(LINES, "1行に1つ書きます。") | {
            "course": "1行に1つ。例：午後2時10分　休憩",
            "signers": "1行に1人。本会議では2人以上です（地方自治法123条）。",
            "closed_reason": "一部でも非公開なら、理由を書きます。",
        }

    def __init__(self, *args: Any, kinds: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kinds is not None:
            self.fields["kind"].choices = kinds  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean(self) -> dict[str, Any]:
        """What is closed says why."""
        cleaned = super().clean() or {}
        if cleaned.get("openness") not in (None, Meeting.Openness.OPEN) and not cleaned.get("closed_reason"):
            self.add_error("closed_reason", "非公開の理由を書いてください。")
        return cleaned


class MatterForm(forms.ModelForm):
    """A matter with its outcome."""

    class Meta:
        model = Matter
        fields = ["kind", "title", "proposer", "outcome", "ayes", "noes", "names"]
        widgets = {"names": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "outcome": "例：原案可決、否決、継続審査",
            "names": "記名採決のときだけ。1行に1人。例：賛成　○○委員",
        }


class ReasonForm(forms.Form):
    """Why it is proposed."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class AnswerForm(forms.Form):
    """The approver's words."""

    answer = forms.CharField(
        label="承認者の言葉",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="差し戻すときは必ず書きます。",
    )
