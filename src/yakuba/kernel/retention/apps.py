from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "yakuba.kernel.retention"
    label = "retention"
    verbose_name = "保存期間"
