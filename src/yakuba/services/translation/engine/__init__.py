"""The phrasebook, finding in it, saying it in a language; plain Japanese; the guard between languages. No framework."""
