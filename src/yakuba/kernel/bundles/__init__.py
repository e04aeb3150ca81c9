"""Bundles (定義の束): definitions drafted, tried, published and withdrawn by version, and handed from town to town.

What a kind of definition is, its room says in its manifest (`DefinitionKind`); this part knows no room.
"""
