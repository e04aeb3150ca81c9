from django import forms
from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "yakuba.kernel.ui"
    label = "ui"
    verbose_name = "画面"

    def ready(self) -> None:
        """Django's own words for an empty field speak of フィールド, which no staff member knows."""
        forms.Field.default_error_messages["required"] = "必ず入れてください。"
