"""The matching itself: a market → who gets which place, proved as good as the rules allow.

`market_file.read` (a file) or `market_file.checked` (a program) makes a sound market of it, `solving.solve` matches it, `what_ifs` changes
seats. What a market means is said in the README; nothing here knows rules, applications or words for families.
"""
