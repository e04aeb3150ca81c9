"""SQLite under load: writers wait for their turn, in the order in which they come as far as a file lock can tell.

SQLite lets one write at a time, and those who wait look again every tenth of a second: beside a worker that writes
without a pause, a heartbeat or an audit event finds the gap between two transactions too seldom and fails after its
time-out with "database is locked". So every writer of the house first takes its turn (`turn`). The turn is a courtesy
only: SQLite's own lock is what keeps transactions apart, and who gets no turn goes to it without one.
"""
