"""問い合わせ応答. A new room with one of everything; delete what is not needed."""
