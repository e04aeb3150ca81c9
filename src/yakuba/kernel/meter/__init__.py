"""The meter: what each municipality used, for sharing costs, and what it may use at most.

noting.note("reading.pages", "sheet:12")     one more page, once, however often it is called
limits.require_room("storage", 5_000_000)    refuses where a municipality would go over what the operator allows it
"""
