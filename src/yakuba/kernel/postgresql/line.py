"""How soon a line to the database is given up that says nothing any more: a pulled cable, a machine without power.

Without this the machine waits for a quarter of an hour, and the server keeps the locks of who is gone for two hours, since nobody
tells it; others wait for them.
"""

from __future__ import annotations

SILENT = 10  # seconds without a word, after which the other side is asked
ASKED = 3  # times, each after
EVERY = 5  # seconds
GIVEN_UP = SILENT + ASKED * EVERY  # seconds; nothing that was sent may stay unacknowledged longer

# Of this side, as libpq takes them.
CLIENT = {
    "connect_timeout": 10,
    "keepalives_idle": SILENT,
    "keepalives_interval": EVERY,
    "keepalives_count": ASKED,
    "tcp_user_timeout": GIVEN_UP * 1000,
}
# Of the server's side, for this session alone. Not as a parameter of the connection, which PgBouncer refuses.
SERVER = (
    f"SET tcp_keepalives_idle = {SILENT}; SET tcp_keepalives_interval = {EVERY}; "
    f"SET tcp_keepalives_count = {ASKED}; SET tcp_user_timeout = {GIVEN_UP * 1000}"
)
