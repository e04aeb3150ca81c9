"""The RSGI entry that `yakuba web` serves: `yakuba.config.serving.entry:application`."""

import os
from typing import Any

from django.core.wsgi import get_wsgi_application

from yakuba.kernel.cli.bound import die_with_parent


def _application() -> Any:
    die_with_parent()  # before the rooms are loaded: the server's main process may be killed meanwhile
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
    django = get_wsgi_application()
    from yakuba.config.serving.door import Door  # knows tables, which Django has loaded now

    return Door(django)


application = _application()
