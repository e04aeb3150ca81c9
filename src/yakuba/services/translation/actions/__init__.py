"""Writes of the translation room: each is one transaction and leaves an audit event, but for what is said in a talk."""
