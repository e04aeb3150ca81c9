"""Which tuples can a family hold in a stable matching at all? Narrows every family's tuples before any search.

Two rules are repeated until nothing changes. Both drop a tuple only if no stable matching has it, so all stable
matchings survive, and a market where each family keeps one tuple has at most that one.

Guarantee. If at every resource of a tuple all the children of other families who could be there above, and the
family's own, fit in (the leg is safe), the family never holds anything worse.
Refusal. A family that claims a place (its best remaining tuple needs it, and the tuple's other legs are safe) gets
it or leaves no room below: else it would block. So a family cannot hold a tuple with a child below the claims and
beside the certain ones that fill a resource.

Without siblings these are the two one-sided deferred acceptances, so what is left lies between the children's and
the facilities' best stable matching. At legs that are not special (`board.Plan`) both rules are a threshold in the
resource's places, `safe_to` and `refused_from`, that moves one way only: each place it passes is an event, and an
event concerns the tuples at its place alone. Families with a special leg are looked at in full, after all events.
"""
