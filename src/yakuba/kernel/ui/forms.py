"""The login form in the words of staff."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm


class StaffLoginForm(AuthenticationForm):
    """職員ID and password. The message does not tell which of the two was wrong."""

    error_messages = {
        "invalid_login": "職員IDかパスワードが違います。大文字と小文字、全角と半角を確かめてください。",
        "inactive": "この職員IDは使えません。庁内のYakuba管理者に連絡してください。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("username", "職員ID"), ("password", "パスワード")):
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = f"{label}を入力してください。"
        if self.is_bound:  # after a failure the list of what was wrong takes the focus
            self.fields["username"].widget.attrs.pop("autofocus", None)
