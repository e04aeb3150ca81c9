"""Forms of the robots' pages. Messages are Japanese and say what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from yakuba.kernel.ledger.by_hand import LONGEST_NUMBER
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.robots.actions.decisions import Decision
from yakuba.services.robots.actions.systems import SETTLE_SECONDS
from yakuba.services.robots.engine.catalogue import FIELDS_OF_WORK
from yakuba.services.robots.models import Scenario, System
from yakuba.services.robots.queries import register, stations

SAMPLES = 50  # cases that are offered as samples


class RegisterForm(forms.Form):
    """Who answers for a robot."""

    owner = forms.ChoiceField(
        label="責任者", help_text="ロボットを止める権限のある職員。異動や退職でいなくなると動きません。"
    )
    successor = forms.ChoiceField(label="後任", required=False)
    review_on = JapaneseDateField(
        label="見直し期限",
        help_text="例：令和10年3月31日、R10.3.31。この日までに、内容と責任者が今も正しいかを確かめます。",
    )
    in_use = forms.BooleanField(label="使用中", required=False, help_text="外すと休止し、動かなくなります。")

    def __init__(self, *args: Any, scenario: Scenario, **kwargs: Any) -> None:
        initial = {
            "owner": scenario.owner_id,
            "successor": scenario.successor_id or "",
            "review_on": scenario.review_on,
            "in_use": scenario.in_use,
        }
        super().__init__(*args, **(kwargs | {"initial": initial}))
        people = [(str(person.pk), str(person)) for person in register.staff()]
        self.fields["owner"].choices = people  # type: ignore[attr-defined]  # a ChoiceField has them
        self.fields["successor"].choices = [("", "（決めていない）"), *people]  # type: ignore[attr-defined]

    def person(self, name: str) -> Any:
        """The chosen member of staff, or None."""
        chosen = self.cleaned_data[name]
        return next((person for person in register.staff() if str(person.pk) == chosen), None)


class SystemForm(forms.Form):
    """A target system. Secrets are written, never shown: an empty field keeps what stands."""

    name = forms.CharField(
        label="名称", max_length=60, help_text="シナリオの「システム」の「名前」と同じにします。"
    )
    base_url = forms.CharField(
        label="アドレス",
        max_length=200,
        help_text="例：http://192.0.2.10:8080。後ろに何も付けません。変えると、秘密は入れ直しになります。",
    )
    settle_seconds = forms.FloatField(
        label="落ち着くまでの秒数",
        min_value=SETTLE_SECONDS[0],
        max_value=SETTLE_SECONDS[1],
        initial=60,
        help_text="登録の結果が分からないとき、この時間を待って照会します。見つからなければ、押し直さずに人に回します。",
    )
    idempotent = forms.BooleanField(
        label="同じ受付番号を断るシステムである",
        required=False,
        help_text="同じ受付番号の2件目を、システムが必ず断ると確かめたときだけ印をつけます。"
        "登録の結果が分からないとき、ロボットがもう一度押してよいことになります。",
    )

    def __init__(
        self, *args: Any, system: System | None = None, names: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        stands = set(system.credential_names) if system else set()
        if system is not None:
            self.fields["name"].disabled = True
            for field in ("name", "base_url", "settle_seconds", "idempotent"):
                self.initial[field] = getattr(system, field)
        self._secrets = {f"secret_{number}": name for number, name in enumerate(sorted({*names, *stands}))}
        for field, name in self._secrets.items():
            note = "登録済み。変えるときだけ入力します。" if name in stands else "まだ登録されていません。"
            self.fields[field] = forms.CharField(
                label=name,
                required=False,
                strip=False,
                max_length=200,
                widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
                help_text=f"{note}登録した後は表示できません。",
            )

    def secrets(self) -> dict[str, str]:
        """Name -> value of the fields that were filled."""
        return {
            name: self.cleaned_data[field]
            for field, name in self._secrets.items()
            if self.cleaned_data[field]
        }


class RecordingForm(forms.Form):
    """With which case a scenario is recorded, and where."""

    system = forms.TypedChoiceField(label="接続先", coerce=int)
    receipt_number = forms.ChoiceField(
        label="見本の受付",
        help_text="この申請を登録する操作を見せます。打った値が申請の項目と同じなら、手順には項目の名前だけが残ります。",
    )
    name = forms.CharField(
        label="シナリオの名称",
        max_length=120,
        required=False,
        help_text="空欄なら、手続の名称から付けます。",
    )
    test_target = forms.BooleanField(
        label="試験用の接続先である",
        required=False,
        help_text="印をつけると、登録のボタンまで押して、登録後の画面も見せられます。本番では付けません。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        systems = [(one.pk, str(one)) for one in register.systems()]
        cases = Case.objects.filter(status=Status.READY).select_related("procedure").order_by("pk")[:SAMPLES]
        listed = [(one.receipt_number, f"{one.receipt_number}（{one.procedure}）") for one in cases]
        self.fields["system"].choices = systems  # type: ignore[attr-defined]  # a ChoiceField has them
        self.fields["receipt_number"].choices = listed  # type: ignore[attr-defined]


class SampleForm(forms.Form):
    """A case of one procedure, with which a draft is opened."""

    receipt_number = forms.ChoiceField(
        label="見本の受付",
        help_text="この申請の値で、一つの手順ずつ試せます。「入力待ち」の申請から選びます。",
    )

    def __init__(self, *args: Any, procedure: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cases = Case.objects.filter(status=Status.READY, procedure__code=procedure).order_by("pk")[:SAMPLES]
        listed = [(one.receipt_number, one.receipt_number) for one in cases]
        self.fields["receipt_number"].choices = listed  # type: ignore[attr-defined]  # a ChoiceField has them


class ShareForm(forms.Form):
    """What the group sees beside the steps."""

    title = forms.CharField(label="名称", max_length=60)
    section = forms.ChoiceField(label="分野", choices=[(one, one) for one in FIELDS_OF_WORK])
    description = forms.CharField(
        label="何をするか",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="ほかの自治体の職員が読みます。自治体の名前、氏名、番号は書けません。",
    )


class StartForm(forms.Form):
    """How many cases, and whether only to rehearse."""

    limit = forms.IntegerField(
        label="件数", min_value=1, required=False, help_text="空欄なら全部。受け付けた順に入力します。"
    )
    dry_run = forms.BooleanField(
        label="試行する",
        required=False,
        help_text="印をつけると、登録ボタンの手前で止まり、申請は「入力待ち」に戻ります。つけなければ、本番として登録します。",
    )


class HandOverForm(StartForm):
    """To which station, how many cases, and whether only to rehearse."""

    station = forms.TypedChoiceField(label="入力を任せる端末", coerce=int)
    field_order = ("station", "limit", "dry_run")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(one.pk, one.name) for one in stations.for_hand_over()]
        self.fields["station"].choices = listed  # type: ignore[attr-defined]  # a ChoiceField has them


class StationForm(forms.Form):
    """Another installation, by the file of its keys."""

    role = forms.ChoiceField(
        label="役割",
        choices=[
            ("station", "入力を任せる端末（基幹システムに届く側を、ここに登録する）"),
            ("sender", "受付を渡してくる設備（この端末が入力する側のとき）"),
        ],
    )
    name = forms.CharField(
        label="名称", max_length=60, help_text="例：電算室の端末。登録済みの名称なら、鍵を替えます。"
    )
    file = forms.FileField(
        label="相手の鍵のファイル", help_text="相手の設備の「別の端末」のページで取り出したもの。"
    )
    fingerprint = forms.CharField(
        label="相手が読み上げた指紋",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text="電話で読んでもらった30けたの数字。ファイルと一緒に届いた紙から写してはいけません。",
    )
    folder = forms.CharField(
        label="フォルダ",
        max_length=60,
        required=False,
        help_text="両方から見える共有フォルダの名前。空欄なら、ファイルを媒体で運びます。",
    )
    same_machine = forms.BooleanField(
        label="登録済みの名称で、同じ端末",
        required=False,
        help_text="渡したままの受付がある端末が、鍵を作り直したときだけ選びます。別の端末に替えるときは選ばず、先に取り戻します。",
    )


class StationChangeForm(forms.Form):
    """Where files lie, and whether the station is used."""

    folder = forms.CharField(
        label="フォルダ", max_length=60, required=False, help_text="空欄なら、ファイルを媒体で運びます。"
    )
    in_use = forms.BooleanField(label="使用中", required=False)


class StationFileForm(forms.Form):
    """What the other side has written."""

    file = forms.FileField(
        label="相手のファイル", help_text="名前が .yakuba-rows か .yakuba-results で終わるファイル。"
    )


class ResumeForm(forms.Form):
    """From which row to go on."""

    first_row = forms.IntegerField(label="始める行", min_value=1, initial=1)


class DecisionForm(forms.Form):
    """What a person decided of a row."""

    decision = forms.ChoiceField(choices=[(one.value, one.value) for one in Decision])
    target_number = forms.CharField(label="登録番号", max_length=LONGEST_NUMBER, required=False)
    reason = forms.CharField(label="理由", max_length=500, required=False)
