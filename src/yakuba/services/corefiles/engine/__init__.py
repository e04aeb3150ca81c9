"""Layouts (連携レイアウト) and the files that are written by them. Pure Python: a library without the house."""
