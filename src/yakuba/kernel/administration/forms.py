"""The administrator's forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse

from yakuba.kernel.accounts import granted
from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.accounts.queries import at_work
from yakuba.kernel.registry import manifests
from yakuba.kernel.tenancy.models import Department

LONGEST_TOKEN_DAYS = 1826


def permission_choices(known: frozenset[str] | None = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """The permissions under their rooms' names; only the `known` ones where given."""
    groups = [
        (
            one.label,
            [(p.name, p.label) for p in one.permissions if known is None or p.name in known],
        )
        for one in manifests()
    ]
    return [(label, choices) for label, choices in groups if choices]


class PersonForm(forms.Form):
    """A member of staff, new (with `username`) or known."""

    username = forms.RegexField(
        r"^[A-Za-z0-9._@-]{1,60}$",
        label="職員ID",
        max_length=60,
        help_text="ログインに使います。半角の英数字と . _ @ -。",
        error_messages={"invalid": "半角の英数字と . _ @ - だけで入れてください。"},
    )
    display_name = forms.CharField(label="氏名", max_length=60)
    department = forms.ChoiceField(label="課", required=False)
    roles = forms.MultipleChoiceField(
        label="役割",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="役割がないと何も開けません。",
    )

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person is not None:
            del self.fields["username"]
            self.initial = {
                "display_name": person.display_name,
                "department": str(person.department or ""),
                "roles": list(person.roles.values_list("name", flat=True)),
            }
        names = Department.objects.order_by("name").values_list("name", flat=True)
        self.fields["department"].choices = [("", "（なし）"), *((one, one) for one in names)]  # type: ignore[attr-defined]
        names = Role.objects.order_by("name").values_list("name", flat=True)
        self.fields["roles"].choices = [(one, one) for one in names]  # type: ignore[attr-defined]


class LeavingForm(forms.Form):
    """Who takes over from a person who leaves."""

    successor = forms.ChoiceField(
        label="引き継ぐ人",
        required=False,
        help_text="選ばないと、上の仕事は止まります。あとから管理者が決め直せます。",
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = at_work().exclude(pk=person.pk).order_by("username")
        choices = [
            ("", "（決めない。仕事は止める）"),
            *((one.username, f"{one}（{one.username}）") for one in others),
        ]
        self.fields["successor"].choices = choices  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """A role: a name and permissions."""

    name = forms.CharField(label="名称", max_length=60, help_text="例：窓口担当")
    permissions = forms.MultipleChoiceField(
        label="権限",
        widget=forms.CheckboxSelectMultiple,
        help_text="「職員・役割・課を登録し、直す」を持つ人は、ほかのすべての権限を自分に与えられます。",
    )
    second_factor = forms.BooleanField(
        label="二つ目の確認を求める",
        required=False,
        help_text="この役割の人は、確認アプリなどを設定するまで、ほかの画面を開けません。",
    )

    passkey = forms.BooleanField(
        label="パスキーを求める",
        required=False,
        help_text="確認アプリでは足りず、パスキーを登録するまで、ほかの画面を開けません。HTTPSの画面でだけ使えます。",
    )

    def __init__(self, *args: Any, role: Role | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = permission_choices()  # type: ignore[attr-defined]
        if role is not None:
            del self.fields["name"]
            demanded = {"second_factor": role.second_factor, "passkey": role.passkey}
            self.initial = {"permissions": role.permissions, **demanded}


class NameForm(forms.Form):
    """One name, of a municipality or a department."""

    name = forms.CharField(label="名称", max_length=60)

    def __init__(self, *args: Any, label: str = "名称", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = label


class TokenForm(forms.Form):
    """A new API token; only scopes that the person who issues it holds."""

    user = forms.ChoiceField(label="だれの権限で動くか", help_text="その職員の役割より多くはできません。")
    name = forms.CharField(label="用途", max_length=60, help_text="例：スキャナー連携")
    days = forms.IntegerField(
        label="有効な日数", min_value=1, max_value=LONGEST_TOKEN_DAYS, initial=365, help_text="5年まで。"
    )
    scopes = forms.MultipleChoiceField(label="許すこと", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, issuer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = at_work().order_by("username")
        self.fields["user"].choices = [(one.username, f"{one}（{one.username}）") for one in people]  # type: ignore[attr-defined]
        self.fields["scopes"].choices = permission_choices(granted(issuer))  # type: ignore[attr-defined]


def manual_of_settings() -> str:
    """Where the settings are explained."""
    return reverse("manual-page", args=["operate/settings"])
