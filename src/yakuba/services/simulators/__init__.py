"""通信シミュレータ. A new room with one of everything; delete what is not needed."""
