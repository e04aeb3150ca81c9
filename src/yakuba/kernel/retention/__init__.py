"""Retention (保存期間): what is over goes, after as many days as the town says and by a second person's approval, from every
table and file; what went is proved.

Parts and rooms say by `erasable` of their manifest what goes as a whole (`units.Unit`), by `erase` what they have of a case.
"""
