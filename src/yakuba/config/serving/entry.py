"""The RSGI entry that `yakuba web` serves: `yakuba.config.serving.entry:application`."""

from typing import Any

from yakuba.kernel.cli.bound import die_with_parent


def _application() -> Any:
    die_with_parent()  # before the rooms are loaded: the server's main process may be killed meanwhile
    from yakuba.config.wsgi import application

    django: Any = application
    from yakuba.config.serving.door import Door  # knows tables, which Django has loaded now

    door = Door(django)
    door.connections.watch()
    return door


application = _application()
