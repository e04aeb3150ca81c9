from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "yakuba.kernel.administration"
    label = "administration"
    verbose_name = "管理"
