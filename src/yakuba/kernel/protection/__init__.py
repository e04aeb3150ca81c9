"""支援措置: where a person under protection lives is hidden, everywhere and by one policy.

`policy` is what every room asks; `actions` put a person under protection and end it by a second person. Rooms say by
`protected` of their manifest which of their things are about such a person (`actions.put_under`).
"""
