"""The WSGI entry: `yakuba.config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
application = get_wsgi_application()

from yakuba.kernel.files import temporary  # noqa: E402  (it needs the settings)

temporary.settle()  # before any body of a request is written to disk
