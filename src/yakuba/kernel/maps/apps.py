from django.apps import AppConfig


class MapsConfig(AppConfig):
    name = "yakuba.kernel.maps"
    label = "maps"
    verbose_name = "地図"
