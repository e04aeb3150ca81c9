"""Search (全文検索): one index over what parts and rooms put into it.

A part declares a `SearchSource` in its manifest (which keys there are, what each says), and tells `changed(source, key)`
whenever one changes; the index follows by itself. `ranked` and `find` ask it.
"""

from yakuba.kernel.search.entry import Entry, Text

__all__ = ["Entry", "Text"]
