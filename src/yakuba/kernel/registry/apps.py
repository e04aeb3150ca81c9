from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "yakuba.kernel.registry"
    label = "registry"
    verbose_name = "業務"
