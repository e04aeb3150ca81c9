"""The operations of the fieldwork room."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations(
    "fieldwork",
    {"report": "通報: 分け、直し、答え、公開する", "rules": "通報の決まり"},
)
