"""画像解析. A new room with one of everything; delete what is not needed."""
