"""Word files (.docx) as letters: read with every fault, and laid out as HTML. No framework.

`package` opens the file, `reading` makes a `model.Document` of it, `html` lays that out with values, `starting` writes a
file to begin with.
"""
