"""申請受付. A new room with one of everything; delete what is not needed."""
