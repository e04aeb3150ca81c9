"""A process that its file has taken over: it says what stands in the file behind SAYS, a hundred times what stands behind the
next, and the rest once."""

import sys

SAYS = b"\n--says--\n"
TIMES = 100

if __name__ == "__main__":
    once, often, last = [*sys.stdin.buffer.read().split(SAYS)[1:], b"", b""][:3]
    sys.stdout.buffer.write(b'{"ready": true, "size": 0}\n' + once)
    for _ in range(TIMES):
        sys.stdout.buffer.write(often)
    sys.stdout.buffer.write(last)
    sys.stdout.buffer.flush()
