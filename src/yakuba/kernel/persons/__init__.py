"""Persons (住民・宛名): the register a town loads from its own file, and who in it an application is about.

`matching.match(probe, candidates)` decides, `queries.match(probe)` asks the active municipality's register.
"""
