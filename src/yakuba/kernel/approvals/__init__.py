"""A second person's approval: proposed by one, approved or sent back by another, never by who proposed it.

A room with a table of its own for what is decided derives it from `models.Proposal`; one without says
`actions.propose(kind, subject, …)` with a kind that its manifest declares. What waits stands in `/approvals/` and on the
home page of whoever may approve it.
"""
