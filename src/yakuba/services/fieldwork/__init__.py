"""現場対応. A new room with one of everything; delete what is not needed."""
