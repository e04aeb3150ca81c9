"""The Django app of the jobs. It imports every room's `jobs` module, so that each handler has a name."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Jobs, their states and the workers that do them."""

    name = "yakuba.kernel.jobs"
    label = "jobs"
    verbose_name = "仕事"

    def ready(self) -> None:
        """Register the handlers of all installed apps."""
        autodiscover_modules("jobs")
