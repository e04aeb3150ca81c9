"""Life events as decision tables: a few questions → what has to be done, where, until when, with what in hand, and why.

`reading.parse` reads a file, `checking.check` tries every combination of answers, `guiding` asks and tells, `deadlines`
counts days, `calendar_file` writes them down. Pure Python."""
