from django.apps import AppConfig


class TablesConfig(AppConfig):
    name = "yakuba.kernel.tables"
    label = "tables"
    verbose_name = "表"
