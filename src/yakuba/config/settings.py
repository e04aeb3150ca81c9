"""Django's settings. What an installation may change stands in `environment.py`."""

from __future__ import annotations

from csp.constants import NONE, SELF

from yakuba.config.environment import PROJECT, Environment
from yakuba.config.folder import make_all_private
from yakuba.config.rooms import YAKUBA_ROOMS
from yakuba.kernel.addresses import listed

make_all_private()
YAKUBA = Environment()

YAKUBA_DOCUMENTS = PROJECT / "docs"  # the manual that the pages show

SECRET_KEY = YAKUBA.signing_key
DEBUG = YAKUBA.debug
ALLOWED_HOSTS = listed(YAKUBA.allowed_hosts)
DATABASES = {"default": YAKUBA.django_database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "ninja",
    "js_lib_leaflet",
    "yakuba.kernel.tenancy",
    "yakuba.kernel.privacy",
    "yakuba.kernel.accounts",
    "yakuba.kernel.audit",
    "yakuba.kernel.files",
    "yakuba.kernel.tables",
    "yakuba.kernel.lists",
    "yakuba.kernel.meter",
    "yakuba.kernel.search",
    "yakuba.kernel.protection",
    "yakuba.kernel.ledger",
    "yakuba.kernel.persons",
    "yakuba.kernel.workdays",
    "yakuba.kernel.bundles",
    "yakuba.kernel.jobs",
    "yakuba.kernel.registry",
    "yakuba.kernel.letters",
    "yakuba.kernel.approvals",
    "yakuba.kernel.townsettings",
    "yakuba.kernel.localwords",
    "yakuba.kernel.exchange",
    "yakuba.kernel.modelservers",
    "yakuba.kernel.retention",
    "yakuba.kernel.schedules",
    "yakuba.kernel.transfers",
    "yakuba.kernel.charts",
    "yakuba.kernel.maps",
    "yakuba.kernel.signin",
    "yakuba.kernel.support",
    "yakuba.kernel.ui",
    "yakuba.kernel.administration",
    "yakuba.kernel.digest",
    *[f"yakuba.services.{room}" for room in YAKUBA_ROOMS],
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yakuba.config.middleware.KeptByNobody",
    "yakuba.config.middleware.OnlyItsPart",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "yakuba.kernel.accounts.middleware.ActiveMunicipalityMiddleware",
    "yakuba.kernel.signin.middleware.Sessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "yakuba.kernel.support.middleware.Visits",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "yakuba.config.middleware.PlausibleInput",
    "yakuba.kernel.ui.refusals.RefusalsOnPages",
    "yakuba.kernel.signin.middleware.SecondFactors",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yakuba.kernel.ui.context.navigation",
                "yakuba.kernel.support.context.banner",
            ]
        },
    }
]
ROOT_URLCONF = "yakuba.config.urls"
WSGI_APPLICATION = "yakuba.config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["yakuba.kernel.accounts.backend.Staff"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = YAKUBA.data_dir / "static"
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_AGE = 12 * 3600  # as `accounts.sessions.OLDEST`
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = YAKUBA.https
if YAKUBA.https:
    SECURE_HSTS_SECONDS = YAKUBA.hsts_seconds
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FILES = 200
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "yakuba.config.logs.WithoutWords",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "yakuba.config.logs.JsonLines"},
    },
    "filters": {
        "refusals": {"()": "yakuba.config.logs.RefusalsInOneLine"},
        "keys": {"()": "yakuba.config.logs.WithoutKeys"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": YAKUBA.log_format,
            "filters": ["refusals", "keys"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"dbos": {"level": "WARNING"}},
}
