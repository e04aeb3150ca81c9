"""Finding the entry that answers a question, and deciding whether to say so. Pure Python and numpy: no framework.

`finding.Finder` ranks, `deciding` says whether to answer alone, to show three, or to hand over, `learning` learns both from
confirmed pairs, `evaluating` measures them on files, `masking` takes personal data out of a question, `grouping` puts alike
questions together, `reading` reads tables.
"""
