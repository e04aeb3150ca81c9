from django.apps import AppConfig


class MeterConfig(AppConfig):
    name = "yakuba.kernel.meter"
    label = "meter"
    verbose_name = "利用量"
