from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "yakuba.kernel.lists"
    label = "lists"
    verbose_name = "一覧"
