"""The Django app of the jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs, their states and the workers that do them."""

    name = "yakuba.kernel.jobs"
    label = "jobs"
    verbose_name = "仕事"
