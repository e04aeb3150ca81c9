"""文書作成支援. A new room with one of everything; delete what is not needed."""
