"""Proofreading of official Japanese without a model: `proofread.findings(text, text_class, town_words)`, `applying.applied`.

The rules are tables (`rules/`), each with its source; what depends on the words around is asked of Sudachi's tags.
"""
