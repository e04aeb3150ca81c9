"""Operations: what can be done in a room, declared once.

A room's `operations.py` holds a table, `OPERATIONS = Operations("robots")`, and a function for each operation:

    @OPERATIONS.add("一時停止する", "robots.run", "POST runs/{run_id}/pause", command="pause", answer=A_RUN)
    def pause_run(asked: OneRun, actor: Actor) -> Run:
        \"\"\"Ask the robot to pause.\"\"\"

From that come the route with its schema (`kernel.api.operations`), the command (`kernel.operations.commands`), the line
of the permission table, the check of the permission, the transaction and the audit event. A page calls the operation.
"""

from yakuba.kernel.operations.arguments import FromFile, Nothing, Pairs, Part, Upload, Word
from yakuba.kernel.operations.operation import Answer, Operation, Rows, Trace, Work
from yakuba.kernel.operations.table import Operations, all_operations

__all__ = [
    "Answer",
    "FromFile",
    "Nothing",
    "Operation",
    "Operations",
    "Pairs",
    "Part",
    "Rows",
    "Trace",
    "Upload",
    "Word",
    "Work",
    "all_operations",
]
