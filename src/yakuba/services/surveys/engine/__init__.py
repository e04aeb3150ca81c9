"""Pure Python: definitions of surveys, answers, tallies, forms in Excel. Usable without the house."""
