"""A process that puts something into its temporary places and waits to be killed: `… temporary_process DATA_DIR`."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from django.conf import settings

from yakuba.kernel.files import temporary

SECRET = b"scan of an application" * 1000
CHILD = "import tempfile; open(tempfile.mkdtemp() + '/profile', 'w').write('x')"  # as a browser does

if __name__ == "__main__":
    settings.configure(YAKUBA=SimpleNamespace(data_dir=Path(sys.argv[1])))
    temporary.settle()
    with (
        temporary.nameless_file() as nameless,
        tempfile.NamedTemporaryFile(suffix=".upload") as upload,  # as Django makes it of a body
        temporary.folder("forms") as forms,
    ):
        for file in (nameless, upload):
            file.write(SECRET)
            file.flush()
        (forms / "form.yaml").write_bytes(SECRET)
        subprocess.run([sys.executable, "-c", CHILD], check=True)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        time.sleep(600)
