"""A machine whose container refuses the calls that put up the walls: `… without_walls CALL…`, by number. Tells what the
self-check says, and what becomes of an honest file."""

import ctypes
import os
import struct
import sys

_LOAD, _EQUAL, _RETURN, _ALLOW, _REFUSE = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050000
EPERM = 1


def refuse(numbers: list[int]) -> None:
    """From here on, in this process and all that it starts."""
    rows = [(_LOAD, 0, 0, 0)]
    for number in numbers:
        rows += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE | EPERM)]
    program = b"".join(struct.pack("HBBI", *row) for row in [*rows, (_RETURN, 0, 0, _ALLOW)])
    code = ctypes.create_string_buffer(program, len(program))
    given = ctypes.create_string_buffer(struct.pack("HP", len(program) // 8, ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)
    if libc.prctl(22, 2, given, 0, 0):
        sys.exit("no filter here")


if __name__ == "__main__":
    refuse([int(one) for one in sys.argv[1:]])
    os.environ["DJANGO_SETTINGS_MODULE"] = "yakuba.config.settings_test"
    import django

    django.setup()
    from yakuba.kernel.files import apart, checking
    from yakuba.kernel.files.tests import attempts

    said = checking._walls()
    body = apart.answer(attempts.ordinary, b"a file", scratch=True).body
    sys.stdout.write(f"{said.ok} {said.advice} {body.decode()}\n")
