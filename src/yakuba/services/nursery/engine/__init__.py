"""The matching of children to nursery places, without any framework.

`market_file.read` makes a checked `Market`; `solving.solve` matches it; `check.faults` verifies a result from
the definition alone and shares no code with the rest.
"""
