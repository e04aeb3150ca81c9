"""The letters as a Django application: the table of parts, the mark's template tag."""

from django.apps import AppConfig


class LettersConfig(AppConfig):
    """Label `letters`."""

    name = "yakuba.kernel.letters"
    label = "letters"
