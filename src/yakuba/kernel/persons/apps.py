from django.apps import AppConfig


class PersonsConfig(AppConfig):
    name = "yakuba.kernel.persons"
    label = "persons"
    verbose_name = "宛名"
