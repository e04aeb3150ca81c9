from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    name = "yakuba.kernel.protection"
    label = "protection"
    verbose_name = "支援措置"
