"""Django's settings for the worker processes of these tests: only what the jobs need, on the same database."""

from yakuba.config.environment import Environment

YAKUBA = Environment()
SECRET_KEY = "only for tests"
DATABASES = {"default": YAKUBA.django_database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["yakuba.kernel.tenancy", "yakuba.kernel.jobs"]
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"
