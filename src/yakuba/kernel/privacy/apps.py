from django.apps import AppConfig
from django.db.models.signals import post_save


class PrivacyConfig(AppConfig):
    name = "yakuba.kernel.privacy"
    label = "privacy"
    verbose_name = "暗号"

    def ready(self) -> None:
        """A municipality has its keys from the moment that it is there."""
        from yakuba.kernel.privacy.keys import give
        from yakuba.kernel.tenancy.municipality import Municipality

        post_save.connect(give, sender=Municipality, dispatch_uid="privacy.keys")
