from django.apps import AppConfig


class ChartsConfig(AppConfig):
    name = "yakuba.kernel.charts"
    label = "charts"
    verbose_name = "図表"
