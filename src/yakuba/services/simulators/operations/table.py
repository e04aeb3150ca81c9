"""The operations of the room."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations("simulators", {"run": "結果: 残し、比べ、捨てる", "trial": "実験: 指標と測った値"})
