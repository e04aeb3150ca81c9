"""What a blank form seems to ask for: boxes with the printed label, a name and a type, for a clerk to accept or correct.

`reading.look` finds rules, combs, check boxes and print; a recogniser reads the print; `finding.found` puts them together.
"""
