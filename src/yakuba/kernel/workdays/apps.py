from django.apps import AppConfig


class WorkdaysConfig(AppConfig):
    name = "yakuba.kernel.workdays"
    label = "workdays"
    verbose_name = "開庁日"
